/* The site's room and contacts, what the support team is told, and how often it was called. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "support/neg-support.h"

typedef struct {
  char *folder, *file;
} Home;

static void
home_init (Home *home, gconstpointer data)
{
  home->folder = g_dir_make_tmp ("support-XXXXXX", NULL);
  home->file = g_build_filename (home->folder, "site.conf", NULL);
}

static void
home_clear (Home *home, gconstpointer data)
{
  g_autofree char *support = g_build_filename (home->folder, "support", NULL);
  g_autoptr (GDir) dir = g_dir_open (support, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (support, name, NULL);

    g_unlink (path);
  }
  g_rmdir (support);
  g_unlink (home->file);
  g_rmdir (home->folder);
  g_free (home->folder);
  g_free (home->file);
}

static NegSupport *
load (Home *home, const char *keys, GError **error)
{
  g_autofree char *text = g_strconcat ("[support]\n", keys, "\n", NULL);
  g_autoptr (NegSite) site = NULL;

  g_assert_true (g_file_set_contents (home->file, text, -1, NULL));
  site = neg_site_load (home->folder, NULL, NULL, error);
  return site != NULL ? neg_support_new (site, error) : NULL;
}

static void
test_settings (Home *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegSupport) support
      = load (home,
              "room=https://meet.example/elbow?x=1\nallow-hosts=other.example; MEET.example\nwebhook=https://hook.example:8443/a\n"
              "answers=http://127.0.0.1:80/a\nhours=Mon-Fri\ncontact.10=superuser;Ann;1;always\ncontact.2=technologist;Bo",
              &error);
  g_autoptr (NegSupport) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (support->room, ==, "https://meet.example/elbow?x=1");
  g_assert_cmpstr (support->hours, ==, "Mon-Fri");
  g_assert_cmpuint (support->contacts->len, ==, 2);
  g_assert_cmpstr (((NegContact *) support->contacts->pdata[0])->name, ==, "Bo");
  g_assert_cmpstr (((NegContact *) support->contacts->pdata[1])->hours, ==, "always");
  none = load (home, "", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (none->room, ==, "");
  g_assert_cmpuint (none->contacts->len, ==, 0);
}

static void
test_refused (Home *home, gconstpointer data)
{
  static const char *const wrongs[] = {
    "room=http://meet.example/x\nallow-hosts=meet.example",
    "room=https://meet.example/x",
    "room=https://meet.example/x\nallow-hosts=example",
    "room=https://meet.example/x\nallow-hosts=meet.example.evil",
    "room=https://meet.example@evil.example/x\nallow-hosts=meet.example",
    "room=https://user:pw@meet.example/x\nallow-hosts=meet.example",
    "room=javascript:alert(1)\nallow-hosts=meet.example",
    "room=file:///etc/passwd\nallow-hosts=meet.example",
    "room=https://meet.example/a b\nallow-hosts=meet.example",
    "webhook=http://hook.example/x",
    "webhook=hook.example",
    "answers=ftp://127.0.0.1/x",
    "tls-ca=relative.pem",
    "contact.1=nobody",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", wrongs[i]);
    g_assert_null (load (home, wrongs[i], &error));
    g_assert_nonnull (error);
    g_assert_nonnull (strstr (error->message, "[support]"));
  }
}

static void
test_told (void)
{
  g_auto (NegSender) sender = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  neg_sender_init (&sender, "radiologist", "viewer");
  json = neg_support_make_json (&sender, G_GINT64_CONSTANT (1764547200) * G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (json, "\"page\":\"viewer\""));
  g_assert_nonnull (strstr (json, "\"at\":\"2025-12-01T00:00:00Z\""));
  g_assert_nonnull (strstr (json, "\"role\":\"radiologist\""));
  g_free (sender.page);
  sender.page = g_strdup ("DOE^JANE 1970");
  g_assert_null (neg_support_make_json (&sender, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
}

#define PRESS(id, user, at) "{\"kind\":\"support\",\"id\":\"" id "\",\"user\":\"" user "\",\"at\":\"" at "\"}\n"

static void
add_file (Home *home, const char *name, const char *text)
{
  g_autofree char *folder = g_build_filename (home->folder, "support", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_days (Home *home, gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = neg_support_count_days (home->folder, 0, 0, zone, &error);
  g_autoptr (GPtrArray) days = NULL;
  static const guint wanted[][2] = { { 2, 1 }, { 0, 0 }, { 2, 2 } };
  g_autofree char *away = g_build_filename (home->folder, "nowhere", NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  /* Twice the same line; a line that was cut off; somebody's notes; 23:30 UTC is the next day in Berlin. */
  add_file (home, "2026-03-28.ann.a.jsonl",
            PRESS ("1", "ann", "2026-03-28T08:00:00Z") PRESS ("2", "ann", "2026-03-28T09:00:00Z")
                PRESS ("1", "ann", "2026-03-28T08:00:00Z") "{\"id\":\"9\"\nnotes\n");
  add_file (home, "2026-03-30.bo.b.jsonl", PRESS ("3", "bo", "2026-03-29T23:30:00Z") PRESS ("4", "ann", "2026-03-30T08:00:00Z"));
  add_file (home, "other.txt", PRESS ("5", "bo", "2026-03-30T08:00:00Z"));
  days = neg_support_count_days (home->folder, 0, 0, zone, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (days->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    const NegSupportDay *day = days->pdata[i];

    g_assert_cmpuint (day->n_presses, ==, wanted[i][0]);
    g_assert_cmpuint (day->n_people, ==, wanted[i][1]);
  }
  g_assert_cmpstr (((NegSupportDay *) days->pdata[2])->day, ==, "2026-03-30");
  g_assert_null (neg_support_count_days (away, 0, 0, zone, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/support/settings", Home, NULL, home_init, test_settings, home_clear);
  g_test_add ("/support/refused", Home, NULL, home_init, test_refused, home_clear);
  g_test_add_func ("/support/told", test_told);
  g_test_add ("/support/days", Home, NULL, home_init, test_days, home_clear);
  return g_test_run ();
}
