/* DICOM objects made by hand, explicit VR little endian, for tests that need one of known values. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint16 rows, columns;
  guint32 frames;
  guint instance_number;
  double z_mm;
  const char *series_uid; /* NULL: "2.25.20" */
} NegTestObject;

/* Cell values of frame f (from 0): base 1000 f + x + 3 y, unsigned 16 bit. */
guint16 neg_test_object_value (guint32 frame, guint x, guint y);

/* The bytes of a whole file with preamble and meta header. Given. */
GByteArray *neg_test_object_new (const NegTestObject *object);

/* Writes it into @folder; the path, given. Aborts when it can't: a test's own fault. */
char *neg_test_object_write (const NegTestObject *object, const char *folder, const char *name);

/* A new empty folder, and the removal of one with the files in it. */
char *neg_test_folder_new (void);
void neg_test_folder_remove (const char *folder);

G_END_DECLS
