#include "config.h"

#include "abuse-words.h"

#include <string.h>

#include "abuse-study.h"
#include "model/neg-fiction.h"
#include "ui/neg-main-window-private.h"

/* Patients as bits. */
typedef struct {
  guint shown;  /* whose images are on the screen */
  guint open;   /* of a study of the list this is known before its first image is there */
  guint loaded; /* all that can be shown */
  guint objects; /* all that something without images may be of: each says whose it is */
  gboolean painted;
  gboolean nobody; /* invented people are in place of all */
} Who;

guint
abuse_words_get_patient (NegMainWindow *window)
{
  const NegPatient *patient = neg_reading_get_patient (window->reading);

  return patient != NULL ? abuse_study_get_patient (patient->instance) : ABUSE_N_PATIENTS;
}

guint
abuse_words_get_named (guint patient)
{
  return neg_fiction_is_on () ? ABUSE_N_PATIENTS : patient;
}

static Who
get_who (NegMainWindow *window, gboolean painted)
{
  const guint patient = abuse_words_get_patient (window);
  GPtrArray *patients = neg_reading_get_patients (window->reading);
  Who who = { .shown = 1u << patient,
              .open = 1u << patient,
              .objects = window->loader != NULL ? G_MAXUINT : 0,
              .painted = painted || neg_fiction_is_on (), /* what is out of sight is made anew before it is seen */
              .nobody = neg_fiction_is_on () };

  for (guint i = 0; patient == ABUSE_N_PATIENTS && window->entry != NULL && i < ABUSE_N_PATIENTS; i++)
    if (strstr (window->entry->patient_name, abuse_study_get_name (i)) != NULL)
      who.open = 1u << i;
  who.loaded = who.open;
  for (guint i = 0; i < patients->len; i++)
    who.loaded |= 1u << abuse_study_get_patient (((const NegPatient *) g_ptr_array_index (patients, i))->instance);
  return who;
}

/* Whose names may be in a part. */
static guint
get_allowed (GtkWidget *widget, guint around, const Who *who)
{
  static const char *const of_all[] = { "NegWorklistPane", "NegQualityPane", "GtkTooltipWindow" };
  static const char *const of_shown[] = { "NegTimeline", "NegGrid", "NegMprView", "NegHeaderPage", "NegMeasurementsPage",
                                          "NegVolumePage", "NegTagsWindow" };
  const char *type = G_OBJECT_TYPE_NAME (widget);

  if (who->nobody)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (of_all); i++)
    if (g_str_equal (type, of_all[i]))
      return G_MAXUINT;
  if (gtk_widget_has_css_class (widget, "object"))
    return who->objects;
  for (guint i = 0; i < G_N_ELEMENTS (of_shown); i++)
    if (g_str_equal (type, of_shown[i]))
      return who->shown;
  return g_str_equal (type, "NegPatientList") ? who->loaded : around;
}

static char *
check_text (const char *text, guint allowed, GtkWidget *widget, const char *part)
{
  for (guint i = 0; text != NULL && i < ABUSE_N_PATIENTS; i++)
    if (!(allowed & 1u << i) && strstr (text, abuse_study_get_name (i)) != NULL)
      return g_strdup_printf ("%s in %s names %s: “%s”", G_OBJECT_TYPE_NAME (widget), part, abuse_study_get_name (i), text);
  return NULL;
}

/* What is typed while invented people are shown. */
static gboolean
is_in_dots (GtkWidget *widget)
{
  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (widget));

  if (text == NULL)
    text = GTK_EDITABLE (widget);
  return GTK_IS_TEXT (text) && !gtk_text_get_visibility (GTK_TEXT (text));
}

static char *
check_own (GtkWidget *widget, guint allowed, const char *part)
{
  char *wrong = check_text (gtk_widget_get_tooltip_text (widget), allowed, widget, part);

  if (wrong == NULL && GTK_IS_LABEL (widget))
    wrong = check_text (gtk_label_get_text (GTK_LABEL (widget)), allowed, widget, part);
  if (wrong == NULL && GTK_IS_INSCRIPTION (widget))
    wrong = check_text (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), allowed, widget, part);
  if (wrong == NULL && GTK_IS_WINDOW (widget))
    wrong = check_text (gtk_window_get_title (GTK_WINDOW (widget)), allowed, widget, part);
  if (wrong == NULL && GTK_IS_EDITABLE (widget) && !is_in_dots (widget))
    wrong = check_text (gtk_editable_get_text (GTK_EDITABLE (widget)), allowed, widget, part);
  if (wrong == NULL && GTK_IS_TEXT_VIEW (widget)) {
    g_autofree char *text = NULL;

    g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)), "text", &text, NULL);
    wrong = check_text (text, allowed, widget, part);
  }
  return wrong;
}

static char *
check_widget (GtkWidget *widget, guint around, const char *part, const Who *who)
{
  guint allowed = get_allowed (widget, around, who);
  char *wrong;

  if (allowed == G_MAXUINT || (who->painted && !gtk_widget_get_mapped (widget)))
    return NULL;
  if (g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Neg"))
    part = G_OBJECT_TYPE_NAME (widget);
  wrong = check_own (widget, allowed, part);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); wrong == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    wrong = check_widget (child, allowed, part, who);
  return wrong;
}

/* Lists of jobs, orders and devices name everybody. */
static gboolean
is_of_session (GtkWindow *window)
{
  const char *type = G_OBJECT_TYPE_NAME (window);

  return NEG_IS_MAIN_WINDOW (window) || g_str_equal (type, "NegPaneWindow") || g_str_equal (type, "NegTagsWindow");
}

char *
abuse_words_check (NegMainWindow *window, gboolean painted)
{
  const Who who = get_who (window, painted);
  GListModel *windows = gtk_window_get_toplevels ();
  char *wrong = NULL;

  for (guint i = 0; wrong == NULL && i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) toplevel = g_list_model_get_item (windows, i);

    if (who.nobody || is_of_session (toplevel))
      wrong = check_widget (GTK_WIDGET (toplevel), who.open, G_OBJECT_TYPE_NAME (toplevel), &who);
  }
  return wrong;
}
