/* The scalar fields of NegInstance and of its parts as data, so that freeing and sending them is one loop and a new
 * field is one line. Arrays and tables (LUTs, windows, frame infos) are handled where they are owned. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef enum {
  NEG_FIELD_STRING,  /* char *, owned, nullable */
  NEG_FIELD_UINT,    /* guint32, guint or gint32: four bytes */
  NEG_FIELD_BOOLEAN, /* gboolean */
  NEG_FIELD_DOUBLE,  /* may be NaN: absent, or checked by its owner */
  NEG_FIELD_USHORT,  /* guint16 */
  NEG_FIELD_FINITE,  /* a double that is always a number */
} NegFieldType;

typedef struct {
  NegFieldType type;
  guint16 offset;
  guint16 n; /* array length; 1 for a plain field */
} NegField;

extern const NegField neg_instance_fields[];
extern const guint neg_instance_n_fields;
extern const NegField neg_frame_info_fields[];
extern const guint neg_frame_info_n_fields;

/* Frees and clears the strings that @fields describe in @record. */
void neg_fields_clear (const NegField *fields, guint n_fields, gpointer record);

G_END_DECLS
