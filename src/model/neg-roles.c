#include "config.h"

#include "model/neg-roles.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/neg-error.h"

#define GROUP "roles"
#define LOOKUP_BYTES_MIN 4096u
#define LOOKUP_BYTES_MAX (4u << 20) /* a group of tens of thousands */
#define GROUPS_MAX 65536

static const char *const names[NEG_ROLE_N] = { "radiologist", "technologist", "superuser", "administrator" };

const char *
neg_role_get_name (NegRole role)
{
  for (guint i = 0; i < NEG_ROLE_N; i++)
    if (role == 1u << i)
      return names[i];
  return NULL;
}

guint
neg_role_find (const char *name)
{
  for (guint i = 0; i < NEG_ROLE_N; i++)
    if (strcmp (names[i], name) == 0)
      return 1u << i;
  return 0;
}

/* --- what the system says --- */

typedef struct {
  char *name; /* given */
  gid_t gid;
  char **members;
} Group;

static void
group_clear (Group *group)
{
  g_free (group->name);
  g_strfreev (group->members);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Group, group_clear)

/* FALSE: nobody knows it. */
static gboolean
find_group (const char *name, Group *group)
{
  for (gsize n = LOOKUP_BYTES_MIN; n <= LOOKUP_BYTES_MAX; n *= 4) {
    g_autofree char *buffer = g_malloc (n);
    struct group entry, *found = NULL;
    const int code = getgrnam_r (name, &entry, buffer, n, &found);

    if (code == ERANGE)
      continue;
    if (code != 0 || found == NULL)
      return FALSE;
    group->name = g_strdup (name);
    group->gid = entry.gr_gid;
    group->members = g_strdupv (entry.gr_mem);
    return TRUE;
  }
  return FALSE;
}

static gboolean
find_first_group (const char *user, gid_t *gid)
{
  for (gsize n = LOOKUP_BYTES_MIN; n <= LOOKUP_BYTES_MAX; n *= 4) {
    g_autofree char *buffer = g_malloc (n);
    struct passwd entry, *found = NULL;
    const int code = getpwnam_r (user, &entry, buffer, n, &found);

    if (code == ERANGE)
      continue;
    *gid = found != NULL ? entry.pw_gid : 0;
    return code == 0 && found != NULL;
  }
  return FALSE;
}

/* The numbers of all groups of @user, none for one that the system does not know. Of gid_t; given. */
static GArray *
list_groups (const char *user)
{
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (gid_t));
  int n = 64;
  gid_t first;

  if (!find_first_group (user, &first))
    return groups;
  for (int room = n; room <= GROUPS_MAX; room *= 4) {
    g_array_set_size (groups, room);
    n = room;
    if (getgrouplist (user, first, (gid_t *) (void *) groups->data, &n) >= 0) {
      g_array_set_size (groups, n);
      return groups;
    }
  }
  g_array_set_size (groups, 0);
  return groups;
}

static gboolean
has_group (const GArray *groups, const char *name)
{
  g_auto (Group) group = { 0 };

  if (!find_group (name, &group))
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    if (g_array_index (groups, gid_t, i) == group.gid)
      return TRUE;
  return FALSE;
}

gboolean
neg_roles_is_in_group (const char *user, const char *const *groups)
{
  g_autoptr (GArray) own = list_groups (user != NULL ? user : g_get_user_name ());

  for (; *groups != NULL; groups++)
    if (has_group (own, *groups))
      return TRUE;
  return FALSE;
}

/* --- the site file --- */

typedef struct {
  gboolean is_group;
  char *name;
} Member;

static void
clear_member (gpointer data)
{
  g_free (((Member *) data)->name);
}

static gboolean
parse_member (const char *part, Member *member)
{
  member->is_group = g_str_has_prefix (part, "group:");
  if (!member->is_group && !g_str_has_prefix (part, "user:"))
    return FALSE;
  member->name = g_strstrip (g_strdup (strchr (part, ':') + 1));
  return *member->name != '\0';
}

/* Of Member; given. NULL and an error: the value is wrong. */
static GArray *
read_members (const NegSite *site, const char *key, GError **error)
{
  g_autofree char *value = neg_site_dup_value (site, GROUP, key, error);
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_auto (GStrv) parts = value != NULL ? g_strsplit (value, ";", -1) : NULL;

  if (value == NULL)
    return NULL;
  g_array_set_clear_func (members, clear_member);
  for (guint i = 0; parts[i] != NULL; i++) {
    Member member = { 0 };

    if (*g_strstrip (parts[i]) == '\0')
      continue;
    if (!parse_member (parts[i], &member)) {
      g_free (member.name);
      neg_site_fail_value (site, GROUP, key, "it is group:NAME or user:NAME, several with ; between them", error);
      return NULL;
    }
    g_array_append_val (members, member);
  }
  return g_steal_pointer (&members);
}

/* Sets members[NEG_ROLE_N]; *is_named: anybody at all. */
static gboolean
read_all (const NegSite *site, GArray **members, gboolean *is_named, GError **error)
{
  g_auto (GStrv) keys = neg_site_list_keys (site, GROUP);

  *is_named = FALSE;
  for (guint i = 0; keys[i] != NULL; i++)
    if (neg_role_find (keys[i]) == 0)
      return neg_site_fail_value (site, GROUP, keys[i],
                                  "there is no such role: radiologist, technologist, superuser or administrator", error);
  for (guint i = 0; i < NEG_ROLE_N; i++) {
    members[i] = read_members (site, names[i], error);
    if (members[i] == NULL)
      return FALSE;
    *is_named = *is_named || members[i]->len > 0;
  }
  return TRUE;
}

static void
free_all (GArray **members)
{
  for (guint i = 0; i < NEG_ROLE_N; i++)
    g_clear_pointer (&members[i], g_array_unref);
}

static gboolean
is_member (const GArray *members, const char *user, const GArray *groups)
{
  for (guint i = 0; i < members->len; i++) {
    const Member *member = &g_array_index (members, Member, i);

    if (member->is_group ? has_group (groups, member->name) : strcmp (member->name, user) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
neg_roles_of_user (const NegSite *site, const char *user, guint *roles, GError **error)
{
  const char *name = user != NULL ? user : g_get_user_name ();
  GArray *members[NEG_ROLE_N] = { NULL };
  gboolean is_named;
  const gboolean done = read_all (site, members, &is_named, error);

  *roles = 0;
  if (done && !is_named)
    *roles = NEG_ROLE_ALL;
  if (done && is_named) {
    g_autoptr (GArray) groups = list_groups (name);

    for (guint i = 0; i < NEG_ROLE_N; i++)
      *roles |= is_member (members[i], name, groups) ? 1u << i : 0;
  }
  free_all (members);
  return done;
}

static void
add_once (GPtrArray *users, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (users, name, g_str_equal, NULL))
    g_ptr_array_add (users, g_strdup (name));
}

static void
add_members (GPtrArray *users, const Member *member)
{
  g_auto (Group) group = { 0 };

  if (!member->is_group)
    add_once (users, member->name);
  else if (find_group (member->name, &group))
    for (guint i = 0; group.members[i] != NULL; i++)
      add_once (users, group.members[i]);
}

char **
neg_roles_list_users (const NegSite *site, NegRole role, GError **error)
{
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func (g_free);
  const char *name = neg_role_get_name (role);
  g_autoptr (GArray) members = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  members = read_members (site, name, error);
  if (members == NULL)
    return NULL;
  for (guint i = 0; i < members->len; i++)
    add_members (users, &g_array_index (members, Member, i));
  g_ptr_array_set_free_func (users, NULL);
  g_ptr_array_add (users, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&users), FALSE);
}
