#include "config.h"

#include "abuse-check.h"

#include <string.h>

#include "abuse-planes.h"
#include "abuse-study.h"
#include "abuse-words.h"
#include "model/neg-fiction.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-viewport-private.h"

static char *
check_text (const char *what, const char *text, guint patient)
{
  const char *other = abuse_study_find_other_name (text, patient);

  if (other == NULL)
    return NULL;
  return g_strdup_printf ("%s names %s, shown is %s: “%s”", what, other,
                          patient < ABUSE_N_PATIENTS ? abuse_study_get_name (patient) : "nobody", text);
}

/* --- A viewport --- */

static char *
check_empty (NegViewport *viewport)
{
  if (viewport->pixels != NULL || viewport->texture != NULL)
    return g_strdup_printf ("viewport %u has pixels of nothing", viewport->cell + 1);
  if (viewport->instance != NULL || viewport->failure != NULL)
    return g_strdup_printf ("viewport %u holds on to an image", viewport->cell + 1);
  return NULL;
}

static char *
check_pixels (NegViewport *viewport, const NegSeriesFrame *shown)
{
  const NegFrame *frame = neg_pixels_get_frame (viewport->pixels);
  guint16 code = abuse_study_get_code (shown->instance, shown->frame);

  if (frame->format.rows != shown->instance->rows || frame->format.columns != shown->instance->columns)
    return g_strdup_printf ("viewport %u: pixels of another size", viewport->cell + 1);
  if (*(const guint16 *) frame->pixels != code)
    return g_strdup_printf ("viewport %u: pixels of image %04x, not %04x", viewport->cell + 1,
                            *(const guint16 *) frame->pixels, code);
  return NULL;
}

static char *
check_accessible (NegViewport *viewport, const NegViewState *state)
{
  g_autofree char *title
      = state->series != NULL ? neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (state->series)) : NULL;
  guint n = neg_view_state_get_n_frames (state);
  g_autofree char *expected
      = title != NULL ? g_strdup_printf ("image %u of %u, %s", state->index + 1, n, title) : g_strdup ("no image");
  g_autofree char *said
      = gtk_test_accessible_check_property (GTK_ACCESSIBLE (viewport), GTK_ACCESSIBLE_PROPERTY_LABEL, expected);

  if (said == NULL)
    return NULL;
  return g_strdup_printf ("viewport %u is announced as %s, not “%s”", viewport->cell + 1, said, expected);
}

static char *
check_owner (NegMainWindow *window, NegViewport *viewport, const NegSeriesFrame *shown)
{
  const NegPatient *patient = neg_reading_get_patient (window->reading);
  g_autofree char *key = neg_patient_dup_key (shown->instance);

  if (patient == NULL || g_strcmp0 (key, patient->key) != 0)
    return g_strdup_printf ("viewport %u shows an image of somebody else", viewport->cell + 1);
  if (viewport->instance != shown->instance)
    return g_strdup_printf ("viewport %u draws by the header of another image", viewport->cell + 1);
  return NULL;
}

static char *
check_viewport (NegMainWindow *window, NegViewport *viewport, AbuseSeen *seen)
{
  const NegViewState *state = neg_reading_get_state (window->reading, viewport->cell);
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);
  char *wrong = check_accessible (viewport, state);

  if (wrong != NULL || shown == NULL)
    return wrong != NULL ? wrong : check_empty (viewport);
  wrong = check_owner (window, viewport, shown);
  if (wrong == NULL && viewport->pixels != NULL)
    wrong = check_pixels (viewport, shown);
  else if (wrong == NULL && viewport->texture != NULL)
    wrong = g_strdup_printf ("viewport %u has a picture without pixels", viewport->cell + 1);
  seen->n_pixels += viewport->pixels != NULL;
  seen->n_failures += viewport->failure != NULL;
  return wrong;
}

/* --- The window --- */

static char *
check_header (NegMainWindow *window, guint patient)
{
  const char *who = gtk_label_get_text (window->patient_label), *study = gtk_label_get_text (window->study_label);
  const guint named = abuse_words_get_named (patient);
  char *wrong = check_text ("the header", who, named);

  if (wrong == NULL)
    wrong = check_text ("the study in the header", study, named);
  if (wrong == NULL && patient == ABUSE_N_PATIENTS && strcmp (who, "Negatoscope") != 0)
    wrong = g_strdup_printf ("the header says “%s” of nobody", who);
  if (wrong == NULL && named < ABUSE_N_PATIENTS && strstr (who, abuse_study_get_name (named)) == NULL)
    wrong = g_strdup_printf ("the header says “%s”, not %s", who, abuse_study_get_name (patient));
  return wrong;
}

/* The desktop shows titles to everybody who passes. */
static char *
check_titles (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  char *wrong = NULL;

  for (guint i = 0; wrong == NULL && i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    wrong = check_text ("a window's title", gtk_window_get_title (window), ABUSE_N_PATIENTS);
  }
  return wrong;
}

/* What is open of the reading list is what is on the screen, and nobody else. */
static char *
check_entry (NegMainWindow *window, guint patient, AbuseSeen *seen)
{
  const NegEntry *entry = window->entry;
  char *wrong;

  if (entry == NULL || patient == ABUSE_N_PATIENTS)
    return NULL;
  seen->n_of_entries++;
  wrong = check_text ("the entry that is open", entry->patient_name, patient);
  for (guint i = 0; wrong == NULL && window->priors != NULL && i < window->priors->len; i++)
    wrong = check_text ("a prior", ((NegEntry *) g_ptr_array_index (window->priors, i))->patient_name, patient);
  if (wrong == NULL && neg_reading_get_patients (window->reading)->len > 1)
    wrong = g_strdup ("an entry has more than one patient");
  return wrong;
}

static NegViewport *
get_viewport (NegMainWindow *window, guint cell)
{
  NegCell *widget = neg_grid_get_cell (window->grid, cell);

  return widget != NULL ? neg_cell_get_viewport (widget) : NULL;
}

char *
abuse_check (NegMainWindow *window, AbuseSeen *seen)
{
  char *wrong = check_header (window, abuse_words_get_patient (window));

  if (wrong == NULL)
    wrong = check_entry (window, abuse_words_get_patient (window), seen);
  if (wrong == NULL)
    wrong = check_titles ();
  if (wrong == NULL)
    wrong = abuse_words_check (window, FALSE);
  if (wrong == NULL)
    wrong = abuse_planes_check (window, abuse_words_get_patient (window), seen);
  for (guint i = 0; wrong == NULL && i < NEG_CELLS_MAX; i++) {
    NegViewport *viewport = get_viewport (window, i);

    if (viewport == NULL)
      continue;
    if (window->loader == NULL)
      wrong = check_empty (viewport);
    else if (i < neg_reading_get_n_cells (window->reading))
      wrong = check_viewport (window, viewport, seen);
  }
  return wrong;
}

/* --- What was painted --- */

static const char *
get_text (PangoLayout *layout)
{
  return layout != NULL ? pango_layout_get_text (layout) : NULL;
}

static char *
check_texts (NegViewport *viewport, gboolean shown, guint patient)
{
  const NegOverlay *overlay = &viewport->overlay;
  const char *who = overlay->corners[NEG_CORNER_TOP_LEFT];
  char *wrong = check_text ("the message in a viewport", get_text (viewport->message), patient);

  for (NegCorner corner = 0; wrong == NULL && corner < NEG_N_CORNERS; corner++)
    wrong = check_text ("a text on an image", overlay->corners[corner], patient);
  if (wrong == NULL)
    wrong = check_text ("the band of a prior", overlay->prior_band, patient);
  if (wrong == NULL && !shown && who != NULL && *who != '\0')
    wrong = g_strdup_printf ("viewport %u says “%s” beside nothing", viewport->cell + 1, who);
  if (wrong == NULL && shown && viewport->level != NEG_CAPTIONS_NONE && patient < ABUSE_N_PATIENTS
      && (who == NULL || strstr (who, abuse_study_get_name (patient)) == NULL))
    wrong = g_strdup_printf ("viewport %u says “%s”, not %s", viewport->cell + 1, who,
                             abuse_study_get_name (patient));
  return wrong;
}

static char *
check_picture (NegViewport *viewport)
{
  gsize width = gdk_texture_get_width (viewport->texture), height = gdk_texture_get_height (viewport->texture);
  g_autofree guint8 *drawn = g_malloc0 (width * height * 4), *again = g_malloc0 (width * height * 4);
  NegCpuCanvas *canvas = neg_cpu_canvas_new ();
  g_autoptr (GdkTexture) texture = NULL;
  NegDraw draw;

  if (_neg_viewport_prepare (viewport, &draw))
    texture = neg_cpu_canvas_draw (canvas, &draw, viewport->pixels, neg_viewport_get_width_px (viewport),
                                   neg_viewport_get_height_px (viewport), NULL);
  neg_cpu_canvas_free (canvas);
  if (texture == NULL || gdk_texture_get_width (texture) != (int) width
      || gdk_texture_get_height (texture) != (int) height)
    return g_strdup_printf ("viewport %u has a picture of another size", viewport->cell + 1);
  gdk_texture_download (viewport->texture, drawn, width * 4);
  gdk_texture_download (texture, again, width * 4);
  return memcmp (drawn, again, width * height * 4) != 0
             ? g_strdup_printf ("viewport %u shows another picture than its pixels give", viewport->cell + 1)
             : NULL;
}

static char *
check_painted_viewport (NegMainWindow *window, NegViewport *viewport, gboolean thorough, AbuseSeen *seen)
{
  gboolean shown = neg_view_state_get_frame (neg_reading_get_state (window->reading, viewport->cell)) != NULL;
  char *wrong = NULL;

  if (!gtk_widget_get_mapped (GTK_WIDGET (viewport)) || viewport->overlay_is_old)
    return NULL; /* not painted since */
  seen->n_paints++;
  wrong = check_texts (viewport, shown, abuse_words_get_named (abuse_words_get_patient (window)));
  if (wrong == NULL && thorough && viewport->texture != NULL) {
    seen->n_pictures++;
    wrong = check_picture (viewport);
  }
  return wrong;
}

char *
abuse_check_painted (NegMainWindow *window, gboolean thorough, AbuseSeen *seen)
{
  guint patient = abuse_words_get_patient (window);
  char *wrong = check_header (window, patient);

  if (wrong == NULL)
    wrong = abuse_words_check (window, TRUE);
  for (guint i = 0; wrong == NULL && i < neg_reading_get_n_cells (window->reading); i++)
    wrong = check_painted_viewport (window, get_viewport (window, i), thorough, seen);
  if (wrong == NULL)
    wrong = abuse_planes_check_painted (window, patient, thorough, seen);
  return wrong;
}
