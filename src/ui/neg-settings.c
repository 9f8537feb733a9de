#define G_SETTINGS_ENABLE_BACKEND
#include "config.h"

#include "ui/neg-settings.h"

#include <gio/gsettingsbackend.h>

GSettings *
neg_settings_open (const char *home)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsBackend) backend = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, NEG_APP_ID, TRUE);
  if (schema == NULL) {
    g_printerr ("negatoscope: the settings schema %s is not installed; settings are not kept\n", NEG_APP_ID);
    return NULL;
  }
  if (home != NULL) {
    g_autofree char *path = g_build_filename (home, "settings.ini", NULL);

    backend = g_keyfile_settings_backend_new (path, "/org/negatoscope/Negatoscope/", "Negatoscope");
  }
  return g_settings_new_full (schema, backend, NULL);
}
