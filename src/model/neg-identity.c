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
