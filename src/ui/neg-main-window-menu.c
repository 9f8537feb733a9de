/* Menus of the active viewport. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-view-presentation.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-popover.h"

static void
add_item (GMenu *menu, const char *label, const char *action, int target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "i", target);
  g_menu_append_item (menu, item);
}

/* With the key that holds now: people change them. */
static char *
dup_title (NegMainWindow *self, const char *action, const char *title)
{
  return neg_keymap_dup_tooltip (self->keymap, action, title);
}

static void
add_file_presets (NegMainWindow *self, GMenu *menu, const NegViewState *state)
{
  guint n = neg_view_state_count_presets (state);
  g_autofree char *title = dup_title (self, "view.preset(0)", neg_view_state_is_presented (state)
                                                                ? _ ("From the presentation state")
                                                                : _ ("From the file"));
  g_autoptr (GMenu) section = g_menu_new ();
  NegPreset preset;

  for (guint i = 0; i < n; i++) {
    g_autofree char *explanation = NULL, *window = NULL, *label = NULL;

    if (!neg_view_state_look_up_preset (state, i, &preset))
      continue;
    explanation = neg_text_dup_shown (NEG_TEXT_FREE, preset.explanation);
    window = preset.is_lut ? g_strdup (_ ("VOI LUT")) : neg_caption_dup_window (preset.center, preset.width);
    label = *explanation != '\0' ? g_strdup_printf ("%s · %s", explanation, window) : g_strdup (window);
    add_item (section, label, "view.file-preset", i);
  }
  if (n == 0)
    add_item (section, _ ("Range of the values"), "view.file-preset", 0);
  g_menu_append_section (menu, title, G_MENU_MODEL (section));
}

static void
add_modality_presets (NegMainWindow *self, GMenu *menu, const NegSeriesFrame *frame)
{
  guint n;
  const NegModalityPreset *presets = neg_modality_presets_get (frame->instance, frame->frame, &n);
  g_autofree char *automatic = dup_title (self, "view.auto-window", _ ("From the values on screen"));
  g_autofree char *inverted = dup_title (self, "view.invert", _ ("Exchange black and white"));
  g_autoptr (GMenu) section = g_menu_new ();

  for (guint i = 0; i < n; i++) {
    g_autofree char *window = neg_caption_dup_window (presets[i].center, presets[i].width);
    g_autofree char *label = g_strdup_printf ("%u  %s · %s", i + 1, _ (presets[i].name), window);

    add_item (section, label, "view.preset", i + 1);
  }
  g_menu_append (section, automatic, "view.auto-window");
  g_menu_append (section, inverted, "view.invert");
  g_menu_append_section (menu, n > 0 ? _ ("Customary") : NULL, G_MENU_MODEL (section));
}

GMenu *
_neg_main_window_new_presets_menu (NegMainWindow *self)
{
  const NegViewState *state = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  GMenu *menu = g_menu_new ();

  if (frame == NULL)
    return menu;
  add_file_presets (self, menu, state);
  add_modality_presets (self, menu, frame);
  _neg_main_window_add_states_menu (self, menu, frame);
  return menu;
}

static void
add_section (GMenu *menu, const char *const *labels_and_actions)
{
  g_autoptr (GMenu) section = g_menu_new ();

  for (guint i = 0; labels_and_actions[i] != NULL; i += 2)
    g_menu_append (section, labels_and_actions[i], labels_and_actions[i + 1]);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

static GMenu *
new_viewport_menu (NegMainWindow *self)
{
  g_autoptr (GMenu) presets = _neg_main_window_new_presets_menu (self);
  GMenu *menu = g_menu_new ();

  g_menu_append_submenu (menu, _ ("Window"), G_MENU_MODEL (presets));
  add_section (menu, (const char *const[]){ _ ("Fit the whole image"), "view.fit", _ ("True pixels"),
                                            "view.true-pixels", _ ("True size"), "view.true-size", NULL });
  add_section (menu, (const char *const[]){ _ ("Turn left"), "view.rotate-left", _ ("Turn right"),
                                            "view.rotate-right", _ ("Exchange left and right"),
                                            "view.flip-horizontal", _ ("Exchange top and bottom"),
                                            "view.flip-vertical", _ ("Everything as the file says"), "view.reset",
                                            NULL });
  add_section (menu, (const char *const[]){ _ ("This viewport alone"), "view.maximize", _ ("Cine"), "view.cine",
                                            _ ("Planes of the volume"), "volume.show", _ ("Export…"), "file.export",
                                            _ ("Tags…"), "file.tags", NULL });
  return menu;
}

static GMenu *
new_plane_menu (NegMainWindow *self)
{
  g_autoptr (GMenu) presets = _neg_main_window_new_presets_menu (self);
  GMenu *menu = g_menu_new ();

  g_menu_append_submenu (menu, _ ("Window"), G_MENU_MODEL (presets));
  add_section (menu, (const char *const[]){ _ ("Thicker slab"), "volume.slab('thicker')", _ ("Thinner slab"),
                                            "volume.slab('thinner')", _ ("MIP, MinIP, mean"), "volume.projection",
                                            _ ("Lay PET or another series over, and back"), "volume.fuse", NULL });
  add_section (menu, (const char *const[]){ _ ("Fit the whole plane"), "view.fit", _ ("True pixels"),
                                            "view.true-pixels", _ ("True size"), "view.true-size", NULL });
  add_section (menu, (const char *const[]){ _ ("Turn left"), "view.rotate-left", _ ("Turn right"),
                                            "view.rotate-right", _ ("Exchange left and right"),
                                            "view.flip-horizontal", _ ("Exchange top and bottom"),
                                            "view.flip-vertical", _ ("Planes as at first"), "view.reset", NULL });
  add_section (menu, (const char *const[]){ _ ("This viewport alone"), "view.maximize", _ ("Lines of the planes"),
                                            "view.lines", _ ("Back to the images"), "volume.show", NULL });
  return menu;
}

static GMenu *
new_cast_menu (NegMainWindow *self)
{
  GMenu *menu = g_menu_new ();

  add_section (menu, (const char *const[]){ _ ("Free plane, rendering, turning MIP"), "volume.fourth",
                                            _ ("Turn: run and stop"), "view.cine", _ ("Exchange black and white"),
                                            "view.invert", _ ("Settings of the planes"), "volume.page", NULL });
  add_section (menu, (const char *const[]){ _ ("All of it"), "view.fit", _ ("From the front, all of it"), "view.reset",
                                            NULL });
  add_section (menu, (const char *const[]){ _ ("This viewport alone"), "view.maximize", _ ("Back to the images"),
                                            "volume.show", NULL });
  return menu;
}

static GMenu *
new_menu (NegMainWindow *self)
{
  if (!_neg_main_window_has_volume (self))
    return new_viewport_menu (self);
  return neg_mpr_view_get_active_cast (self->mpr_view) != NULL ? new_cast_menu (self) : new_plane_menu (self);
}

/* The last menu stays, unseen: the item that was chosen runs after it has closed, and GTK asks it where the pointer is
 * until the pointer moves. */
static void
replace_menu (GtkWidget *viewport, GtkWidget *popover)
{
  static const char key[] = "neg-menu";
  GtkWidget *before = g_object_get_data (G_OBJECT (viewport), key);

  if (before != NULL)
    gtk_widget_unparent (before);
  gtk_widget_set_parent (popover, viewport);
  g_object_set_data_full (G_OBJECT (viewport), key, g_object_ref (popover), g_object_unref);
}

void
_neg_main_window_popup_menu (NegMainWindow *self, GtkWidget *viewport, double x, double y)
{
  g_autoptr (GMenu) menu = new_menu (self);
  GtkWidget *popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));

  replace_menu (viewport, popover);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  neg_popover_point_to (GTK_POPOVER (popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (popover));
}
