#include "quality-study.h"

#include "quality/neg-quality-private.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

static void
set_text (NegQualityObject *object, NegRecordField field, const char *text)
{
  neg_object_record_set (object->record, field, g_strdup (text));
}

static void
set_all (NegQualityObject *object, va_list fields)
{
  int field;

  while ((field = va_arg (fields, int)) >= 0)
    set_text (object, field, va_arg (fields, const char *));
}

void
quality_set_fields (NegQualityObject *object, ...)
{
  va_list fields;

  va_start (fields, object);
  set_all (object, fields);
  va_end (fields);
}

static const char *
get_class (const char *modality)
{
  return g_str_equal (modality, "CT")   ? "1.2.840.10008.5.1.4.1.1.2"
         : g_str_equal (modality, "MR") ? "1.2.840.10008.5.1.4.1.1.4"
         : g_str_equal (modality, "CR") ? "1.2.840.10008.5.1.4.1.1.1"
         : g_str_equal (modality, "MG") ? "1.2.840.10008.5.1.4.1.1.1.2"
                                        : "1.2.840.10008.5.1.4.1.1.6.1";
}

NegQualityObject *
quality_add (NegQualityStudy *study, const char *modality, guint number, ...)
{
  NegQualityObject *object = neg_quality_object_new ();
  g_autofree char *uid = g_strdup_printf ("1.2.3.4.%u", number);
  g_autofree char *text = g_strdup_printf ("%u", number);
  va_list fields;

  object->record = neg_object_record_new ();
  quality_set_fields (object, NEG_RECORD_TRANSFER_SYNTAX_UID, "1.2.840.10008.1.2.1", NEG_RECORD_SOP_CLASS_UID, get_class (modality),
                      NEG_RECORD_SOP_INSTANCE_UID, uid, NEG_RECORD_STUDY_UID, "1.2.3", NEG_RECORD_SERIES_UID, "1.2.3.1",
                      NEG_RECORD_PATIENT_NAME, "Miller^Anna", NEG_RECORD_PATIENT_ID, "1001", NEG_RECORD_ISSUER, "H",
                      NEG_RECORD_BIRTH_DATE, "19700203", NEG_RECORD_SEX, "F", NEG_RECORD_STUDY_DATE, "20261122",
                      NEG_RECORD_STUDY_TIME, "101500", NEG_RECORD_ACCESSION, "A1", NEG_RECORD_MODALITY, modality,
                      NEG_RECORD_INSTANCE_NUMBER, text, NEG_RECORD_ROWS, "512", NEG_RECORD_COLUMNS, "512", NEG_RECORD_SAMPLES, "1",
                      NEG_RECORD_PHOTOMETRIC, "MONOCHROME2", NEG_RECORD_BITS_ALLOCATED, "16", NEG_RECORD_BURNED_IN, "NO",
                      NEG_RECORD_STATION, "ROOM1", -1);
  va_start (fields, number);
  set_all (object, fields);
  va_end (fields);
  neg_quality_study_add_object (study, object);
  return object;
}

void
quality_add_slices (NegQualityStudy *study, const char *series, guint n, guint left_out)
{
  for (guint i = 1; i <= n; i++) {
    g_autofree char *uid = g_strdup_printf ("1.2.3.%s.%u", series, i);
    g_autofree char *series_uid = g_strdup_printf ("1.2.3.%s", series);
    g_autofree char *position = g_strdup_printf ("-100\\-100\\%u", 2 * i);

    if (i != left_out)
      quality_add (study, "CT", i, NEG_RECORD_SOP_INSTANCE_UID, uid, NEG_RECORD_SERIES_UID, series_uid, NEG_RECORD_IMAGE_POSITION,
                   position, NEG_RECORD_IMAGE_ORIENTATION, "1\\0\\0\\0\\1\\0", NEG_RECORD_PATIENT_POSITION, "HFS",
                   NEG_RECORD_FRAME_OF_REFERENCE_UID, "1.2.3.9", NEG_RECORD_IMAGE_TYPE, "ORIGINAL\\PRIMARY\\AXIAL",
                   NEG_RECORD_PIXEL_SPACING, "0.7\\0.7", -1);
  }
}

NegQualityExpectation *
quality_add_order (NegQualityStudy *study)
{
  NegQualityExpectation *order = neg_quality_study_add_expectation (study);

  order->order = 7;
  order->is_matched = TRUE;
  neg_quality_set (&order->patient_id, "1001");
  neg_quality_set (&order->issuer, "H");
  neg_quality_set (&order->patient_name, "MILLER^ANNA");
  neg_quality_set (&order->birth_date, "19700203");
  neg_quality_set (&order->sex, "F");
  neg_quality_set (&order->accession, "A1");
  return order;
}

NegQualityPixels *
quality_add_pixels (NegQualityObject *object)
{
  NegQualityPixels *pixels = g_new0 (NegQualityPixels, 1);

  *pixels = (NegQualityPixels){ .minimum = 10,
                                .maximum = 4000,
                                .mean = 1800,
                                .sd = 700,
                                .clipped_low = 0.001,
                                .clipped_high = 0.002,
                                .noise = 20,
                                .sharpness_rows = 3,
                                .sharpness_columns = 3.2,
                                .field_share = 0.8 };
  object->pixels = pixels;
  return pixels;
}

NegQualityRules *
quality_rules (const char *site, GError **error)
{
  g_autofree char *home = g_dir_make_tmp ("negatoscope-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (home, "site.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[quality]\n%s\n", site);
  g_autoptr (NegSite) loaded = NULL;
  NegQualityRules *rules;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  loaded = neg_site_load (home, NULL, NULL, NULL);
  g_assert_nonnull (loaded);
  rules = neg_quality_rules_new (loaded, error);
  g_unlink (path);
  g_rmdir (home);
  return rules;
}

GPtrArray *
quality_run (NegQualityStudy *study, const char *site)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegQualityRules) rules = site != NULL ? quality_rules (site, &error) : neg_quality_rules_new (NULL, &error);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  g_assert_no_error (error);
  return neg_quality_check (study, rules, QUALITY_NOW_US, zone);
}

static void
tell (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const NegFinding *finding = findings->pdata[i];

    g_test_message ("%s %s: %s (%s) %s %s", neg_severity_get_name (finding->severity), finding->check, finding->found,
                    finding->expected, neg_finding_action_get_name (finding->action), finding->argument);
    g_assert_cmpstr (finding->found, !=, "");
    g_assert_cmpstr (finding->expected, !=, "");
    g_assert_cmpstr (finding->why, !=, "");
  }
}

void
quality_assert_clean_with (NegQualityStudy *study, const char *site)
{
  g_autoptr (GPtrArray) findings = quality_run (study, site);

  tell (findings);
  g_assert_cmpuint (findings->len, ==, 0);
  neg_quality_study_free (study);
}

void
quality_assert_clean (NegQualityStudy *study)
{
  quality_assert_clean_with (study, NULL);
}

void
quality_assert_found_with (NegQualityStudy *study, const char *site, const char *check, NegSeverity severity, const char *found)
{
  g_autoptr (GPtrArray) findings = quality_run (study, site);
  const NegFinding *finding;

  tell (findings);
  g_assert_cmpuint (findings->len, ==, 1);
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->check, ==, check);
  g_assert_cmpint (finding->severity, ==, severity);
  if (found != NULL && strstr (finding->found, found) == NULL)
    g_assert_cmpstr (finding->found, ==, found);
  neg_quality_study_free (study);
}

void
quality_assert_found (NegQualityStudy *study, const char *check, NegSeverity severity, NegFindingAction action,
                      const char *argument)
{
  g_autoptr (GPtrArray) findings = quality_run (study, NULL);
  const NegFinding *finding;

  tell (findings);
  g_assert_cmpuint (findings->len, ==, 1);
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->check, ==, check);
  g_assert_cmpint (finding->severity, ==, severity);
  g_assert_cmpint (finding->action, ==, action);
  g_assert_cmpstr (finding->argument, ==, argument);
  neg_quality_study_free (study);
}

GPtrArray *
quality_get_objects (NegQualityStudy *study)
{
  return study->objects;
}
