#include "config.h"

#include "ui/neg-header-page.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-context-fields.h"
#include "ui/neg-fold.h"
#include "ui/neg-privacy.h"

#define TITLE_CHARS 13

typedef struct {
  GtkWidget *box, *label;
  char *value;  /* nullable */
  char *folded; /* title and value, to search in */
} FieldRow;

struct _NegHeaderPage {
  GtkWidget parent_instance;

  NegInstance *instance;
  guint32 frame;
  FieldRow *rows; /* one per field */
  GtkWidget *groups[NEG_CONTEXT_N_GROUPS];
  GtkWidget *box, *entry, *scrolled, *warnings, *empty, *nothing;
};

G_DEFINE_FINAL_TYPE (NegHeaderPage, neg_header_page, GTK_TYPE_WIDGET)

enum { DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *
get_query (NegHeaderPage *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/* What has a value and matches the filter; groups without a row have no title. */
static void
update_visible (NegHeaderPage *self)
{
  gboolean shown[NEG_CONTEXT_N_GROUPS] = { FALSE };
  gboolean any = FALSE;

  for (guint i = 0; i < neg_context_get_n_fields (); i++) {
    FieldRow *row = &self->rows[i];
    gboolean visible = row->value != NULL && neg_fold_matches (row->folded, get_query (self));

    gtk_widget_set_visible (row->box, visible);
    shown[neg_context_get_group (i)] |= visible;
    any |= visible;
  }
  for (guint group = 0; group < NEG_CONTEXT_N_GROUPS; group++)
    gtk_widget_set_visible (self->groups[group], shown[group]);
  gtk_widget_set_visible (self->empty, self->instance == NULL);
  gtk_widget_set_visible (self->nothing, self->instance != NULL && !any);
}

/* TRUE when a row appears, disappears or may match differently. */
static gboolean
set_value (NegHeaderPage *self, guint field, char *value)
{
  FieldRow *row = &self->rows[field];
  gboolean appears = (row->value == NULL) != (value == NULL);
  g_autofree char *all = NULL, *spoken = NULL;

  if (g_strcmp0 (row->value, value) == 0) {
    g_free (value);
    return FALSE;
  }
  g_free (row->value);
  g_free (row->folded);
  row->value = value;
  all = g_strjoin (" ", neg_context_get_title (field), value, NULL);
  row->folded = neg_fold_dup (all);
  gtk_label_set_text (GTK_LABEL (row->label), value);
  spoken = g_strdup_printf ("%s: %s", neg_context_get_title (field), value != NULL ? value : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return appears || *get_query (self) != '\0';
}

static void
show_warnings (NegHeaderPage *self)
{
  char **warnings = self->instance != NULL ? self->instance->warnings : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++) {
    g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SENTENCE, warnings[i]);

    g_string_append_printf (text, "%s⚠ %s", i > 0 ? "\n" : "", clean);
  }
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->warnings)), text->str) != 0)
    gtk_label_set_text (GTK_LABEL (self->warnings), text->str);
  gtk_widget_set_visible (self->warnings, text->len > 0);
  g_string_free (text, TRUE);
}

static gboolean
show_values (NegHeaderPage *self)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < neg_context_get_n_fields (); i++)
    changed |= set_value (self, i, self->instance != NULL ? neg_context_dup_value (i, self->instance, self->frame) : NULL);
  show_warnings (self);
  return changed;
}

static void
privacy_changed_cb (NegHeaderPage *self)
{
  show_values (self);
  update_visible (self);
}

void
neg_header_page_set_image (NegHeaderPage *self, NegInstance *instance, guint32 frame)
{
  gboolean changed;
  NegInstance *before;

  g_return_if_fail (NEG_IS_HEADER_PAGE (self));

  if (instance == self->instance && frame == self->frame)
    return;
  before = self->instance;
  changed = (before == NULL) != (instance == NULL);
  self->instance = instance != NULL ? neg_instance_ref (instance) : NULL;
  self->frame = frame;
  g_clear_pointer (&before, neg_instance_unref);
  changed |= show_values (self);
  if (changed)
    update_visible (self);
}

static void
stop_search_cb (NegHeaderPage *self)
{
  if (*get_query (self) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  else
    g_signal_emit (self, signals[DONE], 0);
}

/* --- widgets --- */

static GtkWidget *
new_text (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

/* A hyphen where a value is broken would be read as part of it. */
static void
forbid_hyphens (GtkLabel *label)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (label, attributes);
}

static void
add_field (NegHeaderPage *self, GtkWidget *box, guint field)
{
  FieldRow *row = &self->rows[field];
  GtkWidget *title = new_text (neg_context_get_title (field), "dim");

  row->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  row->label = new_text (NULL, "value");
  gtk_widget_add_css_class (row->box, "field");
  gtk_label_set_width_chars (GTK_LABEL (title), TITLE_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (title), TITLE_CHARS);
  forbid_hyphens (GTK_LABEL (row->label));
  gtk_label_set_selectable (GTK_LABEL (row->label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (row->label), 1); /* long values break, they do not widen the pane */
  gtk_widget_set_hexpand (row->label, TRUE);
  gtk_widget_set_visible (row->box, FALSE);
  gtk_box_append (GTK_BOX (row->box), title);
  gtk_box_append (GTK_BOX (row->box), row->label);
  gtk_box_append (GTK_BOX (box), row->box);
}

static void
add_fields (NegHeaderPage *self, GtkWidget *box)
{
  guint field = 0;

  self->rows = g_new0 (FieldRow, neg_context_get_n_fields ());
  for (guint group = 0; group < NEG_CONTEXT_N_GROUPS; group++) {
    self->groups[group] = new_text (neg_context_group_get_title (group), "group-title");
    gtk_widget_set_visible (self->groups[group], FALSE);
    gtk_box_append (GTK_BOX (box), self->groups[group]);
    for (; field < neg_context_get_n_fields () && neg_context_get_group (field) == group; field++)
      add_field (self, box, field);
  }
}

static void
make_list (NegHeaderPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (box, "fields");
  self->empty = new_text (_ ("What the header says of the image comes here, once a viewport shows one."), "empty-page");
  self->warnings = new_text (NULL, "attention");
  gtk_label_set_selectable (GTK_LABEL (self->warnings), TRUE);
  gtk_widget_set_visible (self->warnings, FALSE);
  self->nothing = new_text (_ ("Nothing here matches."), "dim");
  gtk_widget_set_visible (self->nothing, FALSE);
  gtk_box_append (GTK_BOX (box), self->empty);
  gtk_box_append (GTK_BOX (box), self->warnings);
  gtk_box_append (GTK_BOX (box), self->nothing);
  add_fields (self, box);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), box);
  gtk_widget_set_vexpand (self->scrolled, TRUE);
}

static void
neg_header_page_dispose (GObject *object)
{
  NegHeaderPage *self = NEG_HEADER_PAGE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->instance, neg_instance_unref);
  G_OBJECT_CLASS (neg_header_page_parent_class)->dispose (object);
}

static void
neg_header_page_finalize (GObject *object)
{
  NegHeaderPage *self = NEG_HEADER_PAGE (object);

  for (guint i = 0; i < neg_context_get_n_fields (); i++) {
    g_free (self->rows[i].value);
    g_free (self->rows[i].folded);
  }
  g_free (self->rows);
  G_OBJECT_CLASS (neg_header_page_parent_class)->finalize (object);
}

static void
neg_header_page_class_init (NegHeaderPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_header_page_dispose;
  object_class->finalize = neg_header_page_finalize;
  signals[DONE] = g_signal_new ("done", NEG_TYPE_HEADER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-header-page");
}

static void
neg_header_page_init (NegHeaderPage *self)
{
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->entry = gtk_search_entry_new ();
  g_object_set (self->entry, "placeholder-text", _ ("Filter"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Filter what the header says"), -1);
  gtk_widget_add_css_class (self->entry, "pane-search");
  g_signal_connect_object (self->entry, "search-changed", G_CALLBACK (update_visible), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "stop-search", G_CALLBACK (stop_search_cb), self, G_CONNECT_SWAPPED);
  make_list (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->entry);
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_header_page_new (void)
{
  return g_object_new (NEG_TYPE_HEADER_PAGE, NULL);
}
