/* The rows of the series list: who belongs together and who must not. */
#include "config.h"

#include <gio/gio.h>

#include "base/neg-error.h"
#include "ui/neg-series-rows.h"

typedef struct {
  const char *id, *issuer, *name, *study_uid;
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
  instance->series_uid = g_strdup_printf ("1.2.3.%u", number);
  instance->sop_instance_uid = g_strdup_printf ("1.2.3.%u.1", number);
  instance->modality = g_strdup ("CR");
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

/* The kinds of the rows for one image per person, as letters: P patient, S study, i series. */
static char *
rows_for (const Person *people, guint n)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GPtrArray) built = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GListStore) store = g_list_store_new (NEG_TYPE_SERIES);
  GString *kinds = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    g_ptr_array_add (instances, new_image (&people[i], i));
    g_ptr_array_add (blobs, neg_blob_new_for_path ("image"));
  }
  built = neg_series_build (instances, blobs);
  for (guint i = 0; i < built->len; i++)
    g_list_store_append (store, g_ptr_array_index (built, i));
  rows = neg_series_rows_build (G_LIST_MODEL (store));
  for (guint i = 0; i < rows->len; i++) {
    NegListItem *item = g_ptr_array_index (rows, i);

    g_string_append_c (kinds, "PS?i"[neg_list_item_get_kind (item)]);
    g_assert_cmpint (neg_list_item_get_kind (item), <=, NEG_LIST_ITEM_SERIES);
  }
  return g_string_free (kinds, FALSE);
}

#define assert_rows(people, expected)                              \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *rows = rows_for (people, G_N_ELEMENTS (people)); \
    g_assert_cmpstr (rows, ==, expected);                          \
  }                                                                \
  G_STMT_END

static void
test_one_patient (void)
{
  const Person same[] = { { "1", NULL, "A^B", "1" }, { "1", NULL, "A^B", "1" }, { "1", NULL, "A^B", "2" } };

  assert_rows (same, "PSiiSi");
}

static void
test_patients_apart (void)
{
  const Person by_id[] = { { "1", NULL, "A^B", "1" }, { "2", NULL, "A^B", "2" } };
  const Person by_name[] = { { "1", NULL, "A^B", "1" }, { "1", NULL, "C^D", "2" } };
  const Person by_issuer[] = { { "1", "X", "A^B", "1" }, { "1", "Y", "A^B", "2" } };

  assert_rows (by_id, "PSiPSi");
  assert_rows (by_name, "PSiPSi");
  assert_rows (by_issuer, "PSiPSi");
}

/* Two studies that name nobody need not be of the same person. */
static void
test_nobody (void)
{
  const Person nobody[] = { { NULL, NULL, NULL, "1" }, { "", NULL, "", "2" }, { "", "X", "", "3" } };

  assert_rows (nobody, "PSiPSiPSi");
}

static void
test_unreadable_row (void)
{
  NegUnreadable unreadable = { .path = (char *) "/somewhere/else/file\n.dcm" };
  g_autoptr (NegListItem) row = NULL;

  neg_fail (&unreadable.error, NEG_ERROR_TRUNCATED, NULL, "ends at %d", 12);
  row = neg_series_rows_new_unreadable (&unreadable);
  g_assert_cmpint (neg_list_item_get_kind (row), ==, NEG_LIST_ITEM_UNREADABLE);
  g_assert_cmpstr (neg_list_item_get_title (row), ==, "file .dcm");
  g_assert_cmpstr (neg_list_item_get_details (row), ==, "ends at 12");
  g_clear_error (&unreadable.error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/series-rows/one-patient", test_one_patient);
  g_test_add_func ("/ui/series-rows/patients-apart", test_patients_apart);
  g_test_add_func ("/ui/series-rows/nobody", test_nobody);
  g_test_add_func ("/ui/series-rows/unreadable", test_unreadable_row);
  return g_test_run ();
}
