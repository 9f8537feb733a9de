/* Who is what: group [roles] of the site file, by users and groups of the operating system (commands.md).
 *
 *   radiologist=group:radiologists;user:visitor
 *
 * Nobody is named at all: everybody has every role. Otherwise a role is those who are named for it, and nobody else's. A group or
 * user that the system does not know is nobody. Asking for groups may ask a directory server: not from a drawing.
 * Thread: any. */
#pragma once

#include "model/neg-site.h"

G_BEGIN_DECLS

typedef enum {
  NEG_ROLE_RADIOLOGIST = 1 << 0,
  NEG_ROLE_TECHNOLOGIST = 1 << 1,
  NEG_ROLE_SUPERUSER = 1 << 2,
  NEG_ROLE_ADMINISTRATOR = 1 << 3,
} NegRole;

#define NEG_ROLE_N 4
#define NEG_ROLE_ALL ((1u << NEG_ROLE_N) - 1)

/* "radiologist"; NULL where @role is none of them. Borrowed. */
const char *neg_role_get_name (NegRole role);
/* 0: there is none of this name. */
guint neg_role_find (const char *name);

/* Sets *roles (NegRole together). @user nullable: who runs this program. An error names file, group and key. */
gboolean neg_roles_of_user (const NegSite *site, const char *user, guint *roles, GError **error);

/* Does the user belong to one of those groups? For what is rolled out by groups (features, announcements). */
gboolean neg_roles_is_in_group (const char *user, const char *const *groups);

/* Whom the site file names for one role: users, and members of groups as the system lists them (whose first group it is are not in
 * that list). Each once; given; empty where everybody has every role. */
char **neg_roles_list_users (const NegSite *site, NegRole role, GError **error);

G_END_DECLS
