#include "config.h"

#include "ui/neg-accessible.h"

#include <glib/gi18n-lib.h>

static void
set_label (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* The buttons of a spin button follow its text: less, then more. */
static void
name_spin_button (GtkWidget *spin_button, const char *name)
{
  const char *const formats[] = { _ ("%s: less"), _ ("%s: more") };
  guint n_buttons = 0;

  for (GtkWidget *part = gtk_widget_get_first_child (spin_button); part != NULL;
       part = gtk_widget_get_next_sibling (part)) {
    g_autofree char *text = NULL;

    if (GTK_IS_BUTTON (part) && n_buttons < G_N_ELEMENTS (formats))
      text = g_strdup_printf (formats[n_buttons++], name);
    set_label (part, text != NULL ? text : name);
  }
}

void
neg_accessible_set_name (GtkWidget *widget, const char *name)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (name != NULL);

  set_label (widget, name);
  if (GTK_IS_SPIN_BUTTON (widget))
    name_spin_button (widget, name);
  else if (GTK_IS_DROP_DOWN (widget) || GTK_IS_EDITABLE (widget))
    for (GtkWidget *part = gtk_widget_get_first_child (widget); part != NULL;
         part = gtk_widget_get_next_sibling (part))
      if (GTK_IS_BUTTON (part) || GTK_IS_TEXT (part))
        set_label (part, name);
}

void
neg_accessible_set_hidden (GtkWidget *widget, gboolean hidden)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

GtkWidget *
neg_accessible_new_flow (const char *name)
{
  GtkWidget *flow = g_object_new (GTK_TYPE_FLOW_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, "selection-mode",
                                  GTK_SELECTION_NONE, NULL);

  set_label (flow, name);
  return flow;
}

void
neg_accessible_add_to_flow (GtkWidget *flow, GtkWidget *part)
{
  GtkWidget *place = g_object_new (GTK_TYPE_FLOW_BOX_CHILD, "accessible-role", GTK_ACCESSIBLE_ROLE_GENERIC, "focusable",
                                   FALSE, "child", part, NULL);

  gtk_flow_box_append (GTK_FLOW_BOX (flow), place);
}

void
neg_accessible_show_page (GtkStack *stack, const char *name)
{
  g_return_if_fail (GTK_IS_STACK (stack));

  gtk_stack_set_visible_child_name (stack, name);
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    neg_accessible_set_hidden (page, page != gtk_stack_get_visible_child (stack));
}
