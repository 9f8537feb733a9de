#include "config.h"

#include "model/neg-identity.h"

#include <string.h>

char *
neg_identity_dup_name_key (const char *person_name)
{
  const char *name = person_name != NULL ? person_name : "";
  g_autofree char *group = g_strndup (name, strcspn (name, "="));
  g_autofree char *normal = NULL;
  gsize length;

  g_strstrip (group);
  for (length = strlen (group); length > 0 && (group[length - 1] == '^' || group[length - 1] == ' '); length--)
    group[length - 1] = '\0';
  normal = g_utf8_normalize (group, -1, G_NORMALIZE_NFC);
  if (normal == NULL || *normal == '\0')
    return g_strdup (name[strspn (name, "^= ")] == '\0' ? "" : name); /* delimiters alone are no name */
  return g_utf8_casefold (normal, -1);
}

char *
neg_identity_dup_id (const char *patient_id)
{
  return g_strstrip (g_strdup (patient_id != NULL ? patient_id : ""));
}

NegAlias *
neg_alias_copy (const NegAlias *alias)
{
  NegAlias *copy = g_new (NegAlias, 1);

  *copy = (NegAlias){ .study_uid = g_strdup (alias->study_uid),
                      .issuer = g_strdup (alias->issuer),
                      .id = g_strdup (alias->id),
                      .name_key = g_strdup (alias->name_key),
                      .now_issuer = g_strdup (alias->now_issuer),
                      .now_id = g_strdup (alias->now_id),
                      .now_name_key = g_strdup (alias->now_name_key) };
  return copy;
}

void
neg_alias_free (NegAlias *alias)
{
  g_free (alias->study_uid);
  g_free (alias->issuer);
  g_free (alias->id);
  g_free (alias->name_key);
  g_free (alias->now_issuer);
  g_free (alias->now_id);
  g_free (alias->now_name_key);
  g_free (alias);
}

gboolean
neg_alias_is_equal (const NegAlias *a, const NegAlias *b)
{
  return g_str_equal (a->study_uid, b->study_uid) && g_str_equal (a->issuer, b->issuer) && g_str_equal (a->id, b->id)
         && g_str_equal (a->name_key, b->name_key) && g_str_equal (a->now_issuer, b->now_issuer)
         && g_str_equal (a->now_id, b->now_id) && g_str_equal (a->now_name_key, b->now_name_key);
}

gboolean
neg_alias_has_other_id (const NegAlias *alias)
{
  return !g_str_equal (alias->id, alias->now_id) || !g_str_equal (alias->issuer, alias->now_issuer);
}

gboolean
neg_alias_has_other_name (const NegAlias *alias)
{
  return !g_str_equal (alias->name_key, alias->now_name_key);
}
