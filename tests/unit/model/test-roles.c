/* Who is what, by users and groups of this machine. */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "model/neg-roles.h"

typedef struct {
  char *folder, *path;
} Home;

static NegSite *
load (const Home *home, const char *roles)
{
  g_autofree char *text = g_strconcat (roles != NULL ? "[roles]\n" : "", roles, NULL);
  g_autoptr (GError) error = NULL;
  NegSite *site;

  g_assert_true (g_file_set_contents (home->path, text, -1, NULL));
  site = neg_site_load (home->folder, NULL, NULL, &error);
  g_assert_no_error (error);
  return site;
}

static void
assert_roles (const Home *home, const char *written, const char *user, guint expected)
{
  g_autoptr (NegSite) site = load (home, written);
  g_autoptr (GError) error = NULL;
  guint roles;

  g_assert_true (neg_roles_of_user (site, user, &roles, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (roles, ==, expected);
}

static char *
dup_own_group (void)
{
  const struct group *group = getgrgid (getgid ());

  return group != NULL ? g_strdup (group->gr_name) : NULL;
}

static void
test_nobody_named (Home *home, gconstpointer data)
{
  assert_roles (home, NULL, NULL, NEG_ROLE_ALL);
  assert_roles (home, "radiologist=\n", NULL, NEG_ROLE_ALL);
  assert_roles (home, "radiologist=\n", "somebody-else", NEG_ROLE_ALL);
}

static void
test_users (Home *home, gconstpointer data)
{
  assert_roles (home, "superuser=user:anna;user:ben\n", "ben", NEG_ROLE_SUPERUSER);
  assert_roles (home, "superuser=user:anna\nradiologist = user:ben ; user:anna   # both\n", "anna",
                NEG_ROLE_SUPERUSER | NEG_ROLE_RADIOLOGIST);
  assert_roles (home, "superuser=user:anna\n", "ben", 0);
  assert_roles (home, "superuser=user:anna\n", "ann", 0);
}

static void
test_groups (Home *home, gconstpointer data)
{
  g_autofree char *group = dup_own_group ();
  g_autofree char *written = g_strdup_printf ("technologist=group:%s\nsuperuser=group:no-such-group-here\n", group);

  if (group == NULL || getpwnam (g_get_user_name ()) == NULL) {
    g_test_skip ("who runs this is unknown to the system");
    return;
  }
  assert_roles (home, written, NULL, NEG_ROLE_TECHNOLOGIST);
  assert_roles (home, written, "no-such-user-here", 0);
  g_assert_true (neg_roles_is_in_group (NULL, (const char *const[]) { "no-such-group-here", group, NULL }));
  g_assert_false (neg_roles_is_in_group (NULL, (const char *const[]) { "no-such-group-here", NULL }));
}

static void
test_wrong (Home *home, gconstpointer data)
{
  static const char *const wrong[] = { "radiologist=anna\n", "radiologist=group:\n", "chief=user:anna\n" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (NegSite) site = load (home, wrong[i]);
    g_autoptr (GError) error = NULL;
    guint roles = NEG_ROLE_ALL;

    g_assert_false (neg_roles_of_user (site, NULL, &roles, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "[roles]"));
    g_assert_cmpuint (roles, ==, 0);
  }
}

static void
test_list (Home *home, gconstpointer data)
{
  g_autoptr (NegSite) site = load (home, "radiologist=user:anna;user:ben;user:anna;group:no-such-group-here\n");
  g_auto (GStrv) users = neg_roles_list_users (site, NEG_ROLE_RADIOLOGIST, NULL);
  g_auto (GStrv) none = neg_roles_list_users (site, NEG_ROLE_SUPERUSER, NULL);

  g_assert_cmpuint (g_strv_length (users), ==, 2);
  g_assert_cmpstr (users[0], ==, "anna");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_names (void)
{
  for (guint i = 0; i < NEG_ROLE_N; i++)
    g_assert_cmpuint (neg_role_find (neg_role_get_name (1u << i)), ==, 1u << i);
  g_assert_cmpuint (neg_role_find ("chief"), ==, 0);
  g_assert_null (neg_role_get_name (NEG_ROLE_ALL));
}

static void
set_up (Home *home, gconstpointer data)
{
  home->folder = g_dir_make_tmp ("roles-XXXXXX", NULL);
  home->path = g_build_filename (home->folder, "site.conf", NULL);
}

static void
tear_down (Home *home, gconstpointer data)
{
  unlink (home->path);
  rmdir (home->folder);
  g_free (home->path);
  g_free (home->folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/model/roles/nobody-named", Home, NULL, set_up, test_nobody_named, tear_down);
  g_test_add ("/model/roles/users", Home, NULL, set_up, test_users, tear_down);
  g_test_add ("/model/roles/groups", Home, NULL, set_up, test_groups, tear_down);
  g_test_add ("/model/roles/wrong", Home, NULL, set_up, test_wrong, tear_down);
  g_test_add ("/model/roles/list", Home, NULL, set_up, test_list, tear_down);
  g_test_add_func ("/model/roles/names", test_names);
  return g_test_run ();
}
