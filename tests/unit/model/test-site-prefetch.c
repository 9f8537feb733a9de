/* [prefetch] of the site file: values, limits, errors that name file, group and key. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "model/neg-site.h"

typedef struct {
  char *home, *file, *config;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->home = g_dir_make_tmp ("negatoscope-site-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->home, "site.conf", NULL);
  fixture->config = g_build_filename (fixture->home, "other.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->file);
  g_unlink (fixture->config);
  g_assert_cmpint (g_rmdir (fixture->home), ==, 0);
  g_free (fixture->home);
  g_free (fixture->file);
  g_free (fixture->config);
}

static NegSite *
load (Fixture *fixture, const char *text, char ***warnings, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
  return neg_site_load (fixture->home, NULL, warnings, error);
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = load (fixture, "", NULL, NULL);
  const NegSitePrefetch *prefetch = neg_site_get_prefetch (site);

  g_assert_cmpuint (g_strv_length (prefetch->peers), ==, 0);
  g_assert_cmpuint (prefetch->transfers, ==, 1);
  g_assert_cmpuint (prefetch->bytes_per_s, ==, 0);
  g_assert_cmpuint (prefetch->quiet->len, ==, 0);
  g_assert_cmpint (prefetch->daily_minute, ==, -1);
  g_assert_cmpuint (prefetch->lead_s, ==, 86400);
  g_assert_cmpuint (prefetch->interval_s, ==, 3600);
  g_assert_cmpuint (g_strv_length (prefetch->rule_names), ==, 0);
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) warnings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegSite) site = load (fixture,
                                   "[peer A]\naddress=dicom://A@a.example:104\n[peer B]\naddress=dicom://B@b.example:104\n"
                                   "[archive]\nquota=1GiB\nkeep-free=2GiB\n"
                                   "[prefetch]\npeers=A; B\nquota=3GiB\ntransfers=3\nbandwidth=10MiB/s   # a rate\n"
                                   "quiet=07:00-09:00; 22:30-05:00\ndaily=19:30\nlead=90min\ninterval=30s\n"
                                   "rule.10=* -> last:1\nrule.2=modality:CT -> none\nrule.3=\nrule.x=1\ncolour=red\n",
                                   &warnings, &error);
  const NegSitePrefetch *prefetch;
  const NegSitePeriod *periods;

  g_assert_no_error (error);
  prefetch = neg_site_get_prefetch (site);
  g_assert_cmpstr (prefetch->peers[0], ==, "A");
  g_assert_cmpstr (prefetch->peers[1], ==, "B");
  g_assert_cmpuint (neg_site_get_quota_bytes (site), ==, G_GUINT64_CONSTANT (3) << 30);
  g_assert_cmpuint (neg_site_get_keep_free_bytes (site), ==, G_GUINT64_CONSTANT (2) << 30);
  g_assert_cmpuint (prefetch->transfers, ==, 3);
  g_assert_cmpuint (prefetch->bytes_per_s, ==, 10 << 20);
  periods = (const NegSitePeriod *) prefetch->quiet->data;
  g_assert_cmpuint (prefetch->quiet->len, ==, 2);
  g_assert_cmpuint (periods[0].from_minute, ==, 420);
  g_assert_cmpuint (periods[1].to_minute, ==, 300);
  g_assert_cmpint (prefetch->daily_minute, ==, 19 * 60 + 30);
  g_assert_cmpuint (prefetch->lead_s, ==, 5400);
  g_assert_cmpuint (prefetch->interval_s, ==, 30);
  g_assert_cmpuint (g_strv_length (prefetch->rule_names), ==, 2);
  g_assert_cmpstr (prefetch->rule_names[0], ==, "rule.2");
  g_assert_cmpstr (prefetch->rule_texts[0], ==, "modality:CT -> none");
  g_assert_cmpstr (prefetch->rule_names[1], ==, "rule.10");
  g_assert_cmpuint (g_strv_length (warnings), ==, 2); /* rule.x, colour */
  g_assert_false (neg_site_fail_rule (site, "rule.2", "is wrong", &error));
  g_assert_nonnull (strstr (error->message, fixture->file));
  g_assert_nonnull (strstr (error->message, "[prefetch] rule.2: is wrong"));
}

/* A later file wins key by key, and its rules are added. */
static void
test_layers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = NULL;

  g_assert_true (g_file_set_contents (fixture->config, "[prefetch]\nrule.1=* -> none\nrule.9=* -> last:2\n", -1, NULL));
  g_assert_true (g_file_set_contents (fixture->file, "[prefetch]\nrule.1=* -> last:1\nrule.4=* -> last:4\n", -1, NULL));
  site = neg_site_load (fixture->home, fixture->config, NULL, NULL);
  g_assert_cmpuint (g_strv_length (neg_site_get_prefetch (site)->rule_names), ==, 3);
  g_assert_cmpstr (neg_site_get_prefetch (site)->rule_texts[0], ==, "* -> none");
  g_assert_cmpstr (neg_site_get_prefetch (site)->rule_names[1], ==, "rule.4");
  g_assert_cmpstr (neg_site_get_prefetch (site)->rule_names[2], ==, "rule.9");
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  static const char *const table[][2] = {
    { "peers", "NOBODY" },       { "peers", "W" },           { "quota", "much" },       { "keep-free", "-1" },
    { "transfers", "9" },        { "transfers", "-1" },      { "transfers", "x" },      { "bandwidth", "10Mbit/s" },
    { "bandwidth", "/s/s" },     { "quiet", "7-9" },         { "quiet", "07:00-07:00" }, { "quiet", "24:00-01:00" },
    { "quiet", "07:60-09:00" },  { "quiet", "07:00" },       { "daily", "25:00" },      { "daily", "24:00" },
    { "daily", "7:00" },         { "lead", "24" },           { "lead", "h" },           { "lead", "367d" },
    { "lead", "99999999999999999999s" }, { "interval", "-1s" }, { "interval", "1h30" },
    { "quiet", "1,2,3,4,5,6,7,8,9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *text = g_strdup_printf ("[peer W]\naddress=dicom://W@w.example:104\nuse=worklist\n[prefetch]\n%s=%s\n",
                                             table[i][0], table[i][1]);
    g_autofree char *place = g_strdup_printf ("%s: [prefetch] %s: ", fixture->file, table[i][0]);
    g_autoptr (GError) error = NULL;

    g_assert_null (load (fixture, text, NULL, &error));
    g_assert_error (error, NEG_ERROR, (int) NEG_ERROR_USAGE);
    g_assert_true (g_str_has_prefix (error->message, place));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/site/prefetch/defaults", Fixture, NULL, set_up, test_defaults, tear_down);
  g_test_add ("/site/prefetch/values", Fixture, NULL, set_up, test_values, tear_down);
  g_test_add ("/site/prefetch/layers", Fixture, NULL, set_up, test_layers, tear_down);
  g_test_add ("/site/prefetch/wrong", Fixture, NULL, set_up, test_wrong, tear_down);
  return g_test_run ();
}
