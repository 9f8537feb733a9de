#include "config.h"

#include "ui/neg-application.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-bus-probe.h"
#include "ui/neg-first-image.h"
#include "ui/neg-main-window.h"
#include "ui/neg-practice-home.h"
#include "ui/neg-privacy-demo.h"
#include "ui/neg-renderer.h"
#include "ui/neg-settings.h"
#include "ui/neg-theme.h"
#include "wire/neg-engine-pool.h"

#define FIRST_IMAGE_LIMIT_MS 120
#define NETWORK_DELAY_MS 400 /* after a window is there */
#define PRACTISE "practise"
/* A slow answer of a busy machine must not cost a blind reader the program: what does not answer at all holds it up as long. */
#define BUS_LIMIT_MS 1000
#define ACCESSIBILITY_LIMIT_MS 5000

typedef struct {
  NegRenderer renderer;
  gboolean has_renderer;
  char *home, *config;
  char *practice; /* where what is practised counts; nullable */
  char *practice_topic; /* what is to be practised; nullable */
  char **paths;
} Options;

struct _NegApplication {
  GtkApplication parent_instance;

  NegEnginePool *pool;
  char *pool_problem; /* why there is none */
  GSettings *settings; /* nullable */
  NegNetwork *network;
  NegTransfers *transfers;
  guint network_source; /* until it is asked for */
  NegTheme *theme; /* from startup on */
  char *practice, *practice_topic; /* nullable */
  NegRenderer renderer;
};

#define NEG_TYPE_APPLICATION (neg_application_get_type ())
G_DECLARE_FINAL_TYPE (NegApplication, neg_application, NEG, APPLICATION, GtkApplication)
G_DEFINE_FINAL_TYPE (NegApplication, neg_application, GTK_TYPE_APPLICATION)

static gboolean
start_network_cb (gpointer data)
{
  NegApplication *self = data;

  self->network_source = 0;
  neg_network_start (self->network);
  return G_SOURCE_REMOVE;
}

/* Nobody who opens an image waits for the network. */
static void
window_mapped_cb (NegApplication *self)
{
  if (self->network_source == 0 && neg_network_get_state (self->network) == NEG_NETWORK_OFF)
    self->network_source = g_timeout_add (NETWORK_DELAY_MS, start_network_cb, self);
}

static NegMainWindow *
new_window (NegApplication *self)
{
  NegMainWindow *window = neg_main_window_new (GTK_APPLICATION (self), self->pool, self->settings, self->network,
                                               self->transfers, self->renderer);

  g_signal_connect_object (window, "map", G_CALLBACK (window_mapped_cb), self, G_CONNECT_SWAPPED);
  if (self->pool_problem != NULL)
    neg_main_window_report (window, self->pool_problem);
  if (self->practice != NULL)
    neg_main_window_set_practice (window, self->practice, self->practice_topic);
  return window;
}

static void
neg_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL) {
    window = GTK_WINDOW (new_window (NEG_APPLICATION (application)));
    if (NEG_APPLICATION (application)->practice == NULL)
      neg_main_window_offer_last_screen (NEG_MAIN_WINDOW (window));
  }
  gtk_window_present (window);
}

/* A window of its own: nothing that arrives takes the screen from someone who reads. */
static void
neg_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  NegMainWindow *window = new_window (NEG_APPLICATION (application));

  for (int i = 0; i < n_files; i++) {
    char *path = g_file_get_path (files[i]);

    if (path != NULL)
      g_ptr_array_add (paths, path);
    else
      neg_main_window_report (window, _ ("Only local files can be opened."));
  }
  g_ptr_array_add (paths, NULL);
  if (paths->len > 1)
    neg_main_window_open (window, (const char *const *) paths->pdata);
  neg_first_image_present (window, FIRST_IMAGE_LIMIT_MS);
}

/* Asked by another process: the practice that is open, with an exercise of the topic, or of none. */
static void
practise_cb (GSimpleAction *action, GVariant *topic, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);

  while (window != NULL && !NEG_IS_MAIN_WINDOW (window))
    window = gtk_window_get_transient_for (window);
  if (window == NULL)
    return;
  if (*g_variant_get_string (topic, NULL) == '\0')
    gtk_widget_activate_action (GTK_WIDGET (window), "practice.open", NULL);
  else
    gtk_widget_activate_action_variant (GTK_WIDGET (window), "practice.topic", topic);
  gtk_window_present (window);
}

static void
neg_application_startup (GApplication *application)
{
  static const GActionEntry practise[] = { { PRACTISE, practise_cb, "s" } };

  G_APPLICATION_CLASS (neg_application_parent_class)->startup (application);
  if (NEG_APPLICATION (application)->practice != NULL)
    g_action_map_add_action_entries (G_ACTION_MAP (application), practise, G_N_ELEMENTS (practise), application);
  gtk_window_set_default_icon_name (NEG_APP_ID);
  NEG_APPLICATION (application)->theme = neg_theme_new (NEG_APPLICATION (application)->settings);
  neg_privacy_let_demo_pass ();
}

static void
neg_application_shutdown (GApplication *application)
{
  NegApplication *self = NEG_APPLICATION (application);

  g_clear_handle_id (&self->network_source, g_source_remove);
  G_APPLICATION_CLASS (neg_application_parent_class)->shutdown (application);
  g_clear_pointer (&self->pool, neg_engine_pool_free);
}

static void
neg_application_finalize (GObject *object)
{
  NegApplication *self = NEG_APPLICATION (object);

  g_clear_object (&self->theme);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->pool, neg_engine_pool_free); /* a start that another window took over never shut down */
  g_free (self->pool_problem);
  g_free (self->practice);
  g_free (self->practice_topic);
  g_clear_object (&self->transfers);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (neg_application_parent_class)->finalize (object);
}

static void
neg_application_class_init (NegApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = neg_application_finalize;
  application_class->activate = neg_application_activate;
  application_class->open = neg_application_open;
  application_class->startup = neg_application_startup;
  application_class->shutdown = neg_application_shutdown;
}

static void
neg_application_init (NegApplication *self)
{
}

static gboolean
renderer_option_cb (const char *name, const char *value, gpointer data, GError **error)
{
  static const char *const names[] = { "auto", "gl", "cpu" };
  Options *options = data;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (value, names[i])) {
      options->renderer = i;
      options->has_renderer = TRUE;
      return TRUE;
    }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("%s: “%s” is not one of auto, gl, cpu"), name,
               value);
  return FALSE;
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "renderer", 0, 0, G_OPTION_ARG_CALLBACK, renderer_option_cb, N_ ("What draws the images"), "auto|gl|cpu" },
    { "home", 0, 0, G_OPTION_ARG_FILENAME, &options->home, N_ ("Keep settings in this folder"), N_ ("DIR") },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, N_ ("Read this site file, too"), N_ ("FILE") },
    { "practice", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options->practice, NULL, NULL },
    { "practice-topic", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &options->practice_topic, NULL, NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, N_ ("[PATH…]") },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("negatoscope", "", "", options, NULL);
  g_auto (GStrv) arguments = g_strdupv (argv); /* shortened by parsing; argv stays whole */
  gboolean parsed;

  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  parsed = g_option_context_parse_strv (context, &arguments, error);
  return parsed;
}

static char **
dup_arguments (const char *program, char **paths)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, program);
  g_strv_builder_add (builder, "--"); /* a path may begin like an option */
  if (paths != NULL)
    g_strv_builder_addv (builder, (const char **) paths);
  return g_strv_builder_end (builder);
}

static NegRenderer
get_renderer (const Options *options, GSettings *settings)
{
  if (options->has_renderer || settings == NULL)
    return options->renderer;
  return g_settings_get_enum (settings, "renderer");
}

/* One process for each home of practice. Given. */
static char *
dup_id (const Options *options)
{
  g_autofree char *sum = NULL;

  if (options->practice == NULL || options->home == NULL)
    return g_strdup (NEG_APP_ID);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, options->home, -1);
  return g_strdup_printf (NEG_APP_ID ".Practice%.16s", sum);
}

/* TRUE: that practice is open already, and has been asked. */
static gboolean
hand_over (NegApplication *self)
{
  GApplication *application = G_APPLICATION (self);

  if (self->practice == NULL || !g_application_register (application, NULL, NULL) || !g_application_get_is_remote (application))
    return FALSE;
  g_action_group_activate_action (G_ACTION_GROUP (self), PRACTISE,
                                  g_variant_new_string (self->practice_topic != NULL ? self->practice_topic : ""));
  g_dbus_connection_flush_sync (g_application_get_dbus_connection (application), NULL, NULL);
  return TRUE;
}

/* Takes @pool, or @pool_problem where there is none. */
static int
run (const Options *options, const char *program, gboolean has_bus, GSettings *settings, NegEnginePool *pool,
     const GError *pool_problem)
{
  GApplicationFlags flags = G_APPLICATION_HANDLES_OPEN;
  g_auto (GStrv) arguments = dup_arguments (program, options->paths);
  g_autofree char *id = dup_id (options);
  g_autoptr (NegApplication) self = NULL;
  int status;

  if (!has_bus || (options->home != NULL && options->practice == NULL))
    flags |= G_APPLICATION_NON_UNIQUE;
  self = g_object_new (NEG_TYPE_APPLICATION, "application-id", id, "flags", flags, NULL);
  self->pool = pool;
  if (pool_problem != NULL)
    self->pool_problem = g_strdup_printf (_ ("Nothing can be opened: %s"), pool_problem->message);
  g_set_object (&self->settings, settings);
  self->network = neg_network_new (options->home, options->config);
  self->transfers = neg_transfers_new (self->network, settings);
  self->renderer = get_renderer (options, settings);
  self->practice = g_strdup (options->practice);
  self->practice_topic = g_strdup (options->practice_topic);
  if (hand_over (self))
    return 0;
  status = g_application_run (G_APPLICATION (self), g_strv_length (arguments), arguments);
  /* After all that would start it again. */
  if (options->practice != NULL && options->home != NULL)
    neg_practice_home_end_agent (options->home);
  return status;
}

int
neg_application_run (int argc, char **argv)
{
  Options options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) pool_problem = NULL;
  g_autoptr (GSettings) settings = NULL;
  NegEnginePool *pool;
  gboolean has_bus;
  int status = 2;

  if (parse_options (&options, argc, argv, &error)) {
    /* First: the engines start while GTK does. */
    pool = neg_engine_pool_new (NULL, &pool_problem);
    has_bus = neg_bus_probe (BUS_LIMIT_MS, ACCESSIBILITY_LIMIT_MS);
    settings = neg_settings_open (options.home);
    neg_renderer_prepare (get_renderer (&options, settings) == NEG_RENDERER_GL);
    if (gtk_init_check ()) {
      status = run (&options, argv[0], has_bus, settings, pool, pool_problem);
    } else {
      g_printerr (_ ("negatoscope: there is no display to open a window on\n"));
      neg_engine_pool_free (pool);
      status = 1;
    }
  } else {
    g_printerr ("negatoscope: %s\n", error->message);
  }
  g_free (options.home);
  g_free (options.config);
  g_free (options.practice);
  g_free (options.practice_topic);
  g_strfreev (options.paths);
  return status;
}
