/* One value that a person may set: its title, what it is now, and the right kind of entry for it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "model/neg-object-record.h"

G_BEGIN_DECLS

typedef enum {
  NEG_VALUE_TEXT,
  NEG_VALUE_NAME, /* of a person */
  NEG_VALUE_DATE,
  NEG_VALUE_SEX,
  NEG_VALUE_SIDE,
  NEG_VALUE_POSITION, /* Patient Position, PS3.3 C.7.3.1.1.2 */
} NegValueKind;

typedef struct {
  const char *path;     /* keyword, as of neg-modify.h */
  NegRecordField field; /* what it is now; NEG_RECORD_N_FIELDS: nobody knows */
  const char *title;    /* for _() */
  NegValueKind kind;
  gboolean is_of_study; /* of the patient or the study: all images have it */
} NegValueInfo;

guint neg_quality_values_get_n (void);
const NegValueInfo *neg_quality_values_get (guint index);
const NegValueInfo *neg_quality_values_find (const char *path); /* NULL: none */

#define NEG_TYPE_QUALITY_FIELD (neg_quality_field_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityField, neg_quality_field, NEG, QUALITY_FIELD, GtkWidget)

/* Signal "changed" (). */
NegQualityField *neg_quality_field_new (const NegValueInfo *info, const char *path); /* @info NULL: text, @path its title */
const char *neg_quality_field_get_path (NegQualityField *field);
gboolean neg_quality_field_is_of_study (NegQualityField *field);
const NegValueInfo *neg_quality_field_get_info (NegQualityField *field); /* nullable */
/* What it is now; what a person has put in stays. NULL: several values. */
void neg_quality_field_set_now (NegQualityField *field, const char *value);
void neg_quality_field_put (NegQualityField *field, const char *value); /* as a person would */
gboolean neg_quality_field_is_changed (NegQualityField *field);
/* As DICOM writes it, given; NULL: it is none, and the field says so. */
char *neg_quality_field_dup (NegQualityField *field);
GtkWidget *neg_quality_field_get_entry (NegQualityField *field); /* what takes the focus; borrowed */

G_END_DECLS
