/* Where a released study goes. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "quality/neg-routes.h"

#define PEERS                                                                                                          \
  "[peer PACS]\naddress=dicom://PACS@127.0.0.1:104\n[peer BACKUP]\naddress=dicom://BACKUP@127.0.0.1:105\n"              \
  "[peer RIS]\naddress=dicom://RIS@127.0.0.1:106\nuse=worklist\n"

static NegRoutes *
load (const char *text, GError **error)
{
  g_autofree char *home = g_dir_make_tmp ("negatoscope-routes-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (home, "site.conf", NULL);
  g_autoptr (NegSite) site = NULL;
  g_autoptr (GError) failure = NULL;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  site = neg_site_load (home, NULL, NULL, &failure);
  g_assert_no_error (failure);
  g_remove (file);
  g_rmdir (home);
  return neg_routes_new (site, error);
}

static char *
choose (const NegRoutes *routes, const char *modalities, const char *station, guint hour)
{
  const NegRouted study = { modalities, station, "Ward 3", hour * 60 };
  g_autoptr (GPtrArray) found = neg_routes_choose (routes, &study);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (names, "%s ", ((NegDestination *) found->pdata[i])->peer);
  return g_string_free (names, FALSE);
}

static void
check (const NegRoutes *routes, const char *modalities, const char *station, guint hour, const char *expected)
{
  g_autofree char *names = choose (routes, modalities, station, hour);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_rules (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegRoutes) routes = load (PEERS "[quality]\n"
                                             "route.2=modality=CT;MR from=18:00 until=07:00 to=BACKUP\n"
                                             "route.1=modality=CT to=PACS\n"
                                             "route.10=station=\"room *\" location='ward*' to=PACS;BACKUP\n",
                                       &error);

  g_assert_no_error (error);
  check (routes, "CT", "", 12, "PACS ");
  check (routes, "CT", "", 20, "PACS BACKUP ");
  check (routes, "SR\\MR", "", 6, "BACKUP ");
  check (routes, "MR", "", 7, "");
  check (routes, "DX", "ROOM 5", 12, "PACS BACKUP ");
  check (routes, "DX", "OTHER", 12, "");
}

static void
test_only_peer (void)
{
  g_autoptr (NegRoutes) several = load (PEERS, NULL);
  g_autoptr (NegRoutes) one = load ("[peer PACS]\naddress=dicom://PACS@127.0.0.1:104\n", NULL);

  check (several, "CT", "", 12, "");
  check (one, "CT", "", 12, "PACS ");
}

static void
test_wrong (void)
{
  static const char *const wrong[] = { "to=", "modality=CT", "to=NOBODY", "to=RIS", "to=PACS colour=red", "from=25:00 to=PACS",
                                       "from=1:00 to=PACS", "to=PACS to=BACKUP", "modality=\"CT to=PACS" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *text = g_strconcat (PEERS "[quality]\nroute.1=", wrong[i], "\n", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (NegRoutes) routes = load (text, &error);

    g_test_message ("%s: %s", wrong[i], error != NULL ? error->message : "taken");
    g_assert_null (routes);
    g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "[quality] route.1"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routes/rules", test_rules);
  g_test_add_func ("/routes/only-peer", test_only_peer);
  g_test_add_func ("/routes/wrong", test_wrong);
  return g_test_run ();
}
