#include "config.h"

#include "ui/neg-tool-strip.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-grid-chooser.h"
#include "ui/neg-popover.h"

#define GRID_ACTION "layout.grid"

typedef struct {
  const char *action; /* NULL: a gap; GRID_ACTION: the chooser */
  const char *icon;
} Tool;

/* Words come from the table of commands. */
static const Tool tools[] = {
  { "tool.window", "neg-tool-window-symbolic" },
  { "tool.scroll", "neg-tool-scroll-symbolic" },
  { "tool.pan", "neg-tool-pan-symbolic" },
  { "tool.zoom", "neg-tool-zoom-symbolic" },
  { "tool.magnifier", "neg-tool-magnifier-symbolic" },
  { "tool.crosshair", "neg-tool-crosshair-symbolic" },
  { NULL, NULL },
  { "tool.length", "neg-tool-length-symbolic" },
  { "tool.angle", "neg-tool-angle-symbolic" },
  { "tool.cobb", "neg-tool-cobb-symbolic" },
  { "tool.ellipse", "neg-tool-ellipse-symbolic" },
  { "tool.rectangle", "neg-tool-rectangle-symbolic" },
  { "tool.freehand", "neg-tool-freehand-symbolic" },
  { "tool.arrow", "neg-tool-arrow-symbolic" },
  { "tool.probe", "neg-tool-probe-symbolic" },
  { NULL, NULL },
  { "view.invert", "neg-invert-symbolic" },
  { "view.flip-horizontal", "neg-flip-horizontal-symbolic" },
  { "view.flip-vertical", "neg-flip-vertical-symbolic" },
  { "view.rotate-right", "neg-rotate-right-symbolic" },
  { "view.fit", "neg-fit-symbolic" },
  { "view.true-pixels", "neg-true-pixels-symbolic" },
  { "view.true-size", "neg-true-size-symbolic" },
  { "view.undo", "neg-undo-symbolic" },
  { NULL, NULL },
  { "view.cine", "neg-cine-symbolic" },
  { "volume.show", "neg-mpr-symbolic" },
  { "view.synchronize", "neg-synchronize-symbolic" },
  { "view.lines", "neg-lines-symbolic" },
  { "view.captions", "neg-captions-symbolic" },
  { GRID_ACTION, "neg-layout-symbolic" },
  { NULL, NULL },
  { "file.export", "neg-export-symbolic" },
};

struct _NegToolStrip {
  GtkWidget parent_instance;

  NegKeymap *keymap;
  gulong keymap_handler;
  GtkWidget *scrolled;
  GtkWidget *buttons[G_N_ELEMENTS (tools)];
  GtkWidget *grid_button, *popover, *chooser;
  guint popup_ticks;
};

G_DEFINE_FINAL_TYPE (NegToolStrip, neg_tool_strip, GTK_TYPE_WIDGET)

static const char *
title_of (const char *action)
{
  const NegCommandInfo *command = neg_command_table_find (g_str_equal (action, GRID_ACTION) ? "layout.choose" : action);

  return command != NULL ? _ (command->title) : action;
}

static void
update_tooltips (NegToolStrip *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++) {
    const char *action = tools[i].action;
    g_autofree char *text = NULL;

    if (action == NULL)
      continue;
    if (self->keymap != NULL)
      text = neg_keymap_dup_tooltip (self->keymap, g_str_equal (action, GRID_ACTION) ? "layout.choose" : action,
                                     title_of (action));
    gtk_widget_set_tooltip_text (self->buttons[i], text != NULL ? text : title_of (action));
  }
}

void
neg_tool_strip_set_keymap (NegToolStrip *self, NegKeymap *keymap)
{
  g_return_if_fail (NEG_IS_TOOL_STRIP (self));

  if (self->keymap != NULL)
    g_clear_signal_handler (&self->keymap_handler, self->keymap);
  if (g_set_object (&self->keymap, keymap) && keymap != NULL)
    self->keymap_handler = g_signal_connect_swapped (keymap, "changed", G_CALLBACK (update_tooltips), self);
  update_tooltips (self);
}

void
neg_tool_strip_set_grid (NegToolStrip *self, guint rows, guint columns)
{
  g_return_if_fail (NEG_IS_TOOL_STRIP (self));

  neg_grid_chooser_set (NEG_GRID_CHOOSER (self->chooser), rows, columns);
}

static gboolean
popup_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegToolStrip *self = NEG_TOOL_STRIP (widget);

  if (self->popup_ticks++ == 0)
    return G_SOURCE_CONTINUE; /* it is laid out where it was scrolled to after this one */
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->grid_button));
  return G_SOURCE_REMOVE;
}

/* A popover beside a button that is scrolled out of sight would be nowhere. */
static gboolean
scroll_to (NegToolStrip *self, GtkWidget *button)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  double before = gtk_adjustment_get_value (adjustment);
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (button, gtk_widget_get_parent (button), &bounds))
    return FALSE;
  gtk_adjustment_clamp_page (adjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
  return gtk_adjustment_get_value (adjustment) != before;
}

void
neg_tool_strip_choose_grid (NegToolStrip *self)
{
  g_return_if_fail (NEG_IS_TOOL_STRIP (self));

  if (!scroll_to (self, self->grid_button)) {
    gtk_menu_button_popup (GTK_MENU_BUTTON (self->grid_button));
    return;
  }
  self->popup_ticks = 0;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), popup_cb, NULL, NULL);
}

GtkPopover *
neg_tool_strip_get_popover (NegToolStrip *self)
{
  g_return_val_if_fail (NEG_IS_TOOL_STRIP (self), NULL);

  return GTK_POPOVER (self->popover);
}

static void
grid_chosen_cb (NegToolStrip *self, guint rows, guint columns)
{
  g_autofree char *grid = g_strdup_printf ("%ux%u", rows, columns);

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_widget_activate_action (GTK_WIDGET (self), GRID_ACTION, "s", grid);
}

static void
popover_shown_cb (NegToolStrip *self)
{
  gtk_widget_grab_focus (self->chooser);
}

/* A low window may have scrolled the button away, and a key opens it nevertheless. */
static void
point_popover_cb (GtkMenuButton *button, gpointer data)
{
  GtkWidget *widget = GTK_WIDGET (button);

  neg_popover_point_to (gtk_menu_button_get_popover (button),
                        &(GdkRectangle){ 0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget) });
}

static GtkWidget *
new_grid_button (NegToolStrip *self)
{
  self->chooser = neg_grid_chooser_new ();
  self->popover = gtk_popover_new ();
  self->grid_button = gtk_menu_button_new ();
  g_signal_connect_object (self->chooser, "chosen", G_CALLBACK (grid_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->popover, "show", G_CALLBACK (popover_shown_cb), self, G_CONNECT_SWAPPED);
  gtk_popover_set_child (GTK_POPOVER (self->popover), self->chooser);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->grid_button), self->popover);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->grid_button), point_popover_cb, NULL, NULL);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->grid_button), GTK_ARROW_RIGHT);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->grid_button), "neg-layout-symbolic");
  return self->grid_button;
}

/* Toggles: of an action without a state they never show any. */
static GtkWidget *
new_action_button (const Tool *tool)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), tool->icon);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), tool->action);
  return button;
}

static void
add_buttons (NegToolStrip *self, GtkWidget *box)
{
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++) {
    const Tool *tool = &tools[i];
    GtkWidget *button;

    if (tool->action == NULL) {
      gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
      continue;
    }
    button = g_str_equal (tool->action, GRID_ACTION) ? new_grid_button (self) : new_action_button (tool);
    gtk_widget_set_focus_on_click (button, FALSE); /* the keys stay with the image */
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title_of (tool->action),
                                    -1);
    gtk_box_append (GTK_BOX (box), button);
    self->buttons[i] = button;
  }
}

static void
neg_tool_strip_dispose (GObject *object)
{
  NegToolStrip *self = NEG_TOOL_STRIP (object);

  if (self->keymap != NULL)
    g_clear_signal_handler (&self->keymap_handler, self->keymap);
  g_clear_object (&self->keymap);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_tool_strip_parent_class)->dispose (object);
}

static void
neg_tool_strip_class_init (NegToolStripClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_tool_strip_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-tool-strip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_TOOLBAR);
}

static void
neg_tool_strip_init (NegToolStrip *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (GTK_WIDGET (self), "tool-strip");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Tools"), -1);
  add_buttons (self, box);
  update_tooltips (self);
  /* A low window scrolls the strip, by wheel and by moving the focus; there is no room for a bar. */
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), box);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}

GtkWidget *
neg_tool_strip_new (void)
{
  return g_object_new (NEG_TYPE_TOOL_STRIP, NULL);
}
