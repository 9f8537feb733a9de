/* What the panes list: who belongs together and who must not, in which order, what stays in place; searching; what the
 * header says in words. No display needed. */
#include "config.h"

#include <locale.h>

#include "base/neg-error.h"
#include "ui/neg-context-fields.h"
#include "ui/neg-fold.h"
#include "ui/neg-pane-rows.h"

typedef struct {
  const char *id, *issuer, *name, *study_uid, *date;
} Person;

static NegInstance *
new_image (const Person *person, guint number)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->patient_id = g_strdup (person->id);
  instance->patient_id_issuer = g_strdup (person->issuer);
  instance->patient_name = g_strdup (person->name);
  instance->study_uid = g_strdup (person->study_uid);
  instance->study_date = g_strdup (person->date);
  instance->series_uid = g_strdup_printf ("1.2.3.%u", number);
  instance->sop_instance_uid = g_strdup_printf ("1.2.3.%u.1", number);
  instance->modality = g_strdup ("CR");
  instance->has_series_number = TRUE;
  instance->series_number = (gint32) number;
  instance->series_description = g_strdup ("Hand (left)");
  instance->rows = instance->columns = 16;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 8;
  instance->high_bit = 7;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  return instance;
}

/* The patients of one series of one image per person. */
static GPtrArray *
build (const Person *people, guint n)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GPtrArray) series = NULL;
  g_autoptr (GListStore) store = g_list_store_new (NEG_TYPE_SERIES);

  for (guint i = 0; i < n; i++) {
    g_ptr_array_add (instances, new_image (&people[i], i));
    g_ptr_array_add (blobs, neg_blob_new_for_path ("image"));
  }
  series = neg_series_build (instances, blobs);
  for (guint i = 0; i < series->len; i++)
    g_list_store_append (store, g_ptr_array_index (series, i));
  return neg_patients_build (G_LIST_MODEL (store), NULL);
}

static const NegPaneRowContent *
content (GPtrArray *rows, guint i)
{
  g_assert_cmpuint (i, <, rows->len);
  return neg_pane_row_get (g_ptr_array_index (rows, i));
}

static void
test_patients (void)
{
  const Person people[] = {
    { "1", NULL, "Müller^Jörg", "1", "20200101" }, { "1", NULL, "Other^Name", "2", "20230101" },
    { "7", NULL, "=王^小东", "3", "20240101" },    { "1", NULL, "Müller^Jörg", "4", "20250101" },
  };
  g_autoptr (GPtrArray) patients = build (people, G_N_ELEMENTS (people));
  g_autofree char *key = g_strdup (((NegPatient *) patients->pdata[1])->key);
  g_autoptr (GPtrArray) all = neg_pane_rows_build_patients (patients, key, "");
  g_autoptr (GPtrArray) found = neg_pane_rows_build_patients (patients, key, "jorg MULL");
  g_autoptr (GPtrArray) sign = neg_pane_rows_build_patients (patients, key, "小");
  g_autoptr (GPtrArray) none = neg_pane_rows_build_patients (patients, key, "jorg other");

  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpstr (content (all, 0)->title, ==, "Müller, Jörg");
  g_assert_cmpstr (content (all, 0)->details, ==, "2 studies · 2025-01-01 · CR");
  g_assert_cmpstr (content (all, 0)->mark, ==, "same ID, other name");
  g_assert_false (content (all, 0)->active);
  g_assert_true (content (all, 1)->active);
  g_assert_null (content (all, 2)->mark);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (content (found, 0)->title, ==, "Müller, Jörg");
  g_assert_cmpuint (sign->len, ==, 1);
  g_assert_cmpstr (content (sign, 0)->title, ==, "王, 小东");
  g_assert_cmpuint (none->len, ==, 0);
}

/* A name, an ID, its issuer: each can be another person's; and two studies that name nobody need not be of one. */
static void
test_patients_apart (void)
{
  const Person same[] = { { "1", NULL, "A^B", "1" }, { "1", NULL, "A^B", "1" }, { "1", NULL, "A^B", "2" } };
  const Person by_id[] = { { "1", NULL, "A^B", "1" }, { "2", NULL, "A^B", "2" } };
  const Person by_name[] = { { "1", NULL, "A^B", "1" }, { "1", NULL, "C^D", "2" } };
  const Person by_issuer[] = { { "1", "X", "A^B", "1" }, { "1", "Y", "A^B", "2" } };
  const Person nobody[] = { { NULL, NULL, NULL, "1" }, { "", NULL, "", "2" }, { "", "X", "", "3" } };
  const struct {
    const Person *people;
    guint n, n_patients;
  } cases[] = { { same, 3, 1 }, { by_id, 2, 2 }, { by_name, 2, 2 }, { by_issuer, 2, 2 }, { nobody, 3, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) patients = build (cases[i].people, cases[i].n);
    g_autoptr (GPtrArray) rows = neg_pane_rows_build_patients (patients, NULL, "");

    g_assert_cmpuint (rows->len, ==, cases[i].n_patients);
  }
}

static gboolean
is_second (const char *id, gpointer data)
{
  return g_str_equal (id, "2");
}

static void
test_timeline (void)
{
  const Person people[] = {
    { "1", NULL, "A^B", "1", "20220611" }, { "1", NULL, "A^B", "2", "20240912" }, { "1", NULL, "A^B", "2", "20240912" },
    { "1", NULL, "A^B", "2", "20240912" }, { "1", NULL, "A^B", "3", NULL },
  };
  g_autoptr (GPtrArray) patients = build (people, G_N_ELEMENTS (people));
  const NegPatient *patient = g_ptr_array_index (patients, 0);
  g_autoptr (GPtrArray) rows = neg_pane_rows_build_timeline (patient, 2, NULL, NULL);
  g_autoptr (GPtrArray) folded = neg_pane_rows_build_timeline (patient, 2, is_second, NULL);

  g_assert_cmpuint (rows->len, ==, 7);
  g_assert_cmpstr (content (rows, 0)->title, ==, "2024-09-12 · CR");
  g_assert_null (content (rows, 0)->details);
  g_assert_cmpuint (content (rows, 1)->series->len, ==, 2);
  g_assert_cmpuint (content (rows, 2)->series->len, ==, 1);
  g_assert_cmpstr (content (rows, 3)->title, ==, "2022-06-11 · CR");
  g_assert_cmpstr (content (rows, 3)->details, ==, "2 y 3 m before");
  g_assert_cmpstr (content (rows, 5)->title, ==, "Study without a date · CR");
  g_assert_null (content (rows, 5)->details);
  g_assert_cmpuint (folded->len, ==, 5);
  g_assert_false (content (folded, 0)->active);
  g_assert_cmpint (content (folded, 1)->kind, ==, NEG_PANE_ROW_STUDY);
}

static void
count_cb (guint *n)
{
  *n += 1;
}

static void
test_rows_stay (void)
{
  const Person before[] = { { "1", NULL, "A^B", "1", "20220101" }, { "1", NULL, "A^B", "3", "20200101" } };
  const Person after[] = { { "1", NULL, "A^B", "1", "20220101" }, { "1", NULL, "A^B", "3", "20200101" },
                           { "1", NULL, "A^B", "2", "20210101" } };
  g_autoptr (GPtrArray) few = build (before, G_N_ELEMENTS (before));
  g_autoptr (GPtrArray) more = build (after, G_N_ELEMENTS (after));
  g_autoptr (GListStore) store = g_list_store_new (NEG_TYPE_PANE_ROW);
  g_autoptr (GPtrArray) rows = neg_pane_rows_build_timeline (few->pdata[0], 1, NULL, NULL);
  g_autoptr (GPtrArray) new_rows = neg_pane_rows_build_timeline (more->pdata[0], 1, NULL, NULL);
  g_autoptr (GPtrArray) same_rows = neg_pane_rows_build_timeline (more->pdata[0], 1, NULL, NULL);
  g_autoptr (NegPaneRow) first = NULL, last = NULL, now_first = NULL, now_last = NULL;
  guint n_changes = 0;

  neg_pane_row_update_store (store, rows);
  first = g_list_model_get_item (G_LIST_MODEL (store), 0);
  last = g_list_model_get_item (G_LIST_MODEL (store), 3);
  neg_pane_row_update_store (store, new_rows);
  now_first = g_list_model_get_item (G_LIST_MODEL (store), 0);
  now_last = g_list_model_get_item (G_LIST_MODEL (store), 5);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 6);
  g_assert_true (first == now_first && last == now_last);
  g_signal_connect_swapped (store, "items-changed", G_CALLBACK (count_cb), &n_changes);
  g_signal_connect_swapped (first, "changed", G_CALLBACK (count_cb), &n_changes);
  neg_pane_row_update_store (store, same_rows);
  g_assert_cmpuint (n_changes, ==, 0);
}

static void
test_title (void)
{
  const Person person = { "1", NULL, "A^B", "1", NULL };
  g_autoptr (GPtrArray) patients = build (&person, 1);
  const NegStudy *study = ((NegPatient *) patients->pdata[0])->studies->pdata[0];
  g_autofree char *name = NULL, *description = NULL, *about = NULL;

  neg_pane_rows_split_title (study->series->pdata[0], &name, &description, &about);
  g_assert_cmpstr (name, ==, "CR 0");
  g_assert_cmpstr (description, ==, "Hand (left)");
  g_assert_cmpstr (about, ==, "1 image");
}

static void
test_unreadable (void)
{
  NegUnreadable unreadable = { .path = (char *) "/somewhere/else/file\n.dcm" };
  g_autoptr (NegPaneRow) row = NULL;

  neg_fail (&unreadable.error, NEG_ERROR_TRUNCATED, NULL, "ends at %d", 12);
  row = neg_pane_rows_new_unreadable (&unreadable, 0);
  g_assert_cmpint (neg_pane_row_get (row)->kind, ==, NEG_PANE_ROW_UNREADABLE);
  g_assert_cmpstr (neg_pane_row_get (row)->title, ==, "file .dcm");
  g_assert_cmpstr (neg_pane_row_get (row)->details, ==, "ends at 12");
  g_clear_error (&unreadable.error);
}

static void
test_fold (void)
{
  static const struct {
    const char *text, *query;
    gboolean matches;
  } cases[] = {
    { "Łódź Ångström", "lodz angstrom", TRUE }, { "Straße", "STRASSE", TRUE }, { "Øre", "ore", TRUE },
    { "山田 太郎", "田", TRUE },                 { "山田 太郎", "木", FALSE },   { "Doe", "", TRUE },
    { "Doe", " \t ", TRUE },                    { "Doe", "d e", TRUE },        { "Doe", "doe jane", FALSE },
    { "b\xe9", "b", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *folded = neg_fold_dup (cases[i].text);

    g_assert_cmpint (neg_fold_matches (folded, cases[i].query), ==, cases[i].matches);
  }
}

static char *
value_of (const NegInstance *instance, NegContextGroup group, const char *title)
{
  for (guint i = 0; i < neg_context_get_n_fields (); i++)
    if (neg_context_get_group (i) == group && g_str_equal (neg_context_get_title (i), title))
      return neg_context_dup_value (i, instance, 0);
  g_assert_not_reached ();
}

#define assert_value(instance, group, title, expected) \
  G_STMT_START \
  { \
    g_autofree char *value_ = value_of (instance, group, title); \
    g_assert_cmpstr (value_, ==, expected); \
  } \
  G_STMT_END

static void
test_header (void)
{
  const Person person = { "1", NULL, "Doe^Jane", "1", "20240912" };
  g_autoptr (NegInstance) instance = new_image (&person, 1);
  NegFrameInfo *info = instance->frame_infos;

  assert_value (instance, NEG_CONTEXT_PATIENT, "Name", "Doe, Jane");
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Position", NULL);
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Pixel size", "none: lengths are in pixels");
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Measured", NULL);
  instance->has_imager_spacing = TRUE;
  instance->imager_spacing_mm[0] = 0.2;
  instance->imager_spacing_mm[1] = 0.1;
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Pixel size", "0.2 × 0.1 mm (rows × columns)");
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Measured", "at the detector");
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  info->orientation[0] = info->orientation[4] = 1;
  info->position_mm[2] = -12.25;
  info->spacing_mm[0] = info->spacing_mm[1] = 0.5;
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Position", "0, 0, -12.25 mm");
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Plane", "axial, rows to L, columns to P");
  assert_value (instance, NEG_CONTEXT_GEOMETRY, "Measured", "in the patient");
  assert_value (instance, NEG_CONTEXT_PIXELS, "Size", "16 columns × 16 rows");
  assert_value (instance, NEG_CONTEXT_PIXELS, "Loss", "no");
  instance->lossy = TRUE;
  instance->lossy_ratio = g_strdup ("12.5");
  assert_value (instance, NEG_CONTEXT_PIXELS, "Loss", "yes, 12.5:1");
}

static void
test_transfer_syntax (void)
{
  g_autofree char *known = neg_context_dup_transfer_syntax ("1.2.840.10008.1.2.4.70");
  g_autofree char *unknown = neg_context_dup_transfer_syntax ("1.2.3\n4");

  g_assert_cmpstr (known, ==, "JPEG, lossless (first order)");
  g_assert_cmpstr (unknown, ==, "1.2.3 4");
  g_assert_null (neg_context_dup_transfer_syntax (NULL));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/pane-rows/patients", test_patients);
  g_test_add_func ("/ui/pane-rows/patients-apart", test_patients_apart);
  g_test_add_func ("/ui/pane-rows/timeline", test_timeline);
  g_test_add_func ("/ui/pane-rows/rows-stay", test_rows_stay);
  g_test_add_func ("/ui/pane-rows/title", test_title);
  g_test_add_func ("/ui/pane-rows/unreadable", test_unreadable);
  g_test_add_func ("/ui/fold", test_fold);
  g_test_add_func ("/ui/context-fields/header", test_header);
  g_test_add_func ("/ui/context-fields/transfer-syntax", test_transfer_syntax);
  return g_test_run ();
}
