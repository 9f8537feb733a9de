#include "config.h"

#include "ui/neg-peer-editor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/neg-error.h"
#include "ui/neg-accessible.h"

#define CALL_MS 10000

enum { KIND_DICOM, KIND_TLS, KIND_WEB, KIND_WEB_PLAIN, N_KINDS };
static const char *const schemes[N_KINDS] = { "dicom://", "dicoms://", "https://", "http://" };

/* What people type. Those without a key of the site file are parts of the address. */
enum { NAME, HOST, PORT, CALLED, PATH, CALLING, ISSUER, CA, CERTIFICATE, KEY, USER, PASSWORD, N_FIELDS };
static const struct {
  const char *key, *title, *hint;
} fields[N_FIELDS] = {
  [NAME] = { "name", N_ ("Name"), N_ ("as people here call it") },
  [HOST] = { "address", N_ ("Host"), N_ ("name or address") },
  [PORT] = { NULL, N_ ("Port"), "104" },
  [CALLED] = { NULL, N_ ("Called AE title"), N_ ("its own, 16 characters at most") },
  [PATH] = { NULL, N_ ("Path"), "/dicom-web" },
  [CALLING] = { "calling-ae", N_ ("Calling AE title"), N_ ("as this workstation, where it is empty") },
  [ISSUER] = { "issuer", N_ ("Issuer of patient IDs"), N_ ("of IDs that it sends without one") },
  [CA] = { "tls-ca", N_ ("Trusted certificates"), N_ ("path of a PEM file") },
  [CERTIFICATE] = { "tls-certificate", N_ ("Own certificate"), N_ ("path of a PEM file") },
  [KEY] = { "tls-key", N_ ("Own key"), N_ ("path of a PEM file") },
  [USER] = { "user", N_ ("User"), "" },
  [PASSWORD] = { "password-file", N_ ("Password file"), N_ ("path") },
};

enum { N_USES = 5 };
static const char *const use_keys[N_USES] = { "query", "retrieve", "store", "commit", "worklist" };
static const char *const use_titles[N_USES] = { N_ ("Query"), N_ ("Retrieve"), N_ ("Send to it"),
                                                N_ ("Confirm storage"), N_ ("Modality worklist") };
static const char *const ways[] = { "get", "move", "web", NULL };

struct _NegPeerEditor {
  GtkWidget parent_instance;

  NegNetwork *network;
  GCancellable *cancellable;
  char *name; /* of the one that is edited; NULL: a new one */
  GtkWidget *box, *kind, *way, *entries[N_FIELDS], *lines[N_FIELDS], *problems[N_FIELDS], *uses[N_USES];
  GtkWidget *problem, *save;
};

G_DEFINE_FINAL_TYPE (NegPeerEditor, neg_peer_editor, GTK_TYPE_WIDGET)

static guint signal_done;

static const char *
get_text (NegPeerEditor *self, guint field)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entries[field]));
}

static guint
get_kind (NegPeerEditor *self)
{
  return MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->kind)), N_KINDS - 1);
}

/* --- what goes with what --- */

static void
update (NegPeerEditor *self)
{
  guint kind = get_kind (self);
  gboolean web = kind == KIND_WEB || kind == KIND_WEB_PLAIN, tls = kind == KIND_TLS || kind == KIND_WEB;

  gtk_widget_set_visible (self->lines[CALLED], !web);
  gtk_widget_set_visible (self->lines[CALLING], !web);
  gtk_widget_set_visible (self->lines[PATH], web);
  for (guint i = CA; i <= KEY; i++)
    gtk_widget_set_visible (self->lines[i], tls);
  gtk_widget_set_visible (self->lines[USER], kind == KIND_WEB);
  gtk_widget_set_visible (self->lines[PASSWORD], kind == KIND_WEB);
  for (guint i = 3; i < N_USES; i++)
    gtk_widget_set_visible (self->uses[i], !web);
  gtk_widget_set_sensitive (self->way, !web);
}

static void
kind_changed_cb (NegPeerEditor *self)
{
  guint kind = get_kind (self);
  gboolean web = kind == KIND_WEB || kind == KIND_WEB_PLAIN;

  if (web != (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->way)) == 2))
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->way), web ? 2 : 0);
  update (self);
}

/* --- saving --- */

static char *
dup_address (NegPeerEditor *self)
{
  guint kind = get_kind (self);
  const char *scheme = schemes[kind], *host = get_text (self, HOST), *port = get_text (self, PORT);
  g_autofree char *place = *port != '\0' ? g_strdup_printf ("%s:%s", host, port) : g_strdup (host);

  if (kind == KIND_WEB || kind == KIND_WEB_PLAIN)
    return g_strconcat (scheme, place, get_text (self, PATH), NULL);
  return g_strconcat (scheme, get_text (self, CALLED), "@", place, NULL);
}

static char *
dup_uses (NegPeerEditor *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < N_USES; i++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->uses[i])) && gtk_widget_get_visible (self->uses[i]))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", use_keys[i]);
  return g_string_free (text, FALSE);
}

static GVariant *
new_keys (NegPeerEditor *self)
{
  GVariantBuilder builder;
  guint way = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->way));
  g_autofree char *address = dup_address (self);
  g_autofree char *uses = dup_uses (self);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&builder, "{ss}", "address", address);
  g_variant_builder_add (&builder, "{ss}", "use", uses);
  g_variant_builder_add (&builder, "{ss}", "retrieve", ways[MIN (way, 2)]);
  for (guint i = CALLING; i < N_FIELDS; i++)
    g_variant_builder_add (&builder, "{ss}", fields[i].key,
                           gtk_widget_get_visible (self->lines[i]) ? get_text (self, i) : "");
  return g_variant_builder_end (&builder);
}

/* At the field that it is about, else below. */
static void
show_refusal (NegPeerEditor *self, const GError *error)
{
  const char *where = neg_error_get_where (error);
  g_autofree char *text = neg_network_dup_error (error);

  for (guint i = 0; i < N_FIELDS; i++)
    if (where != NULL && fields[i].key != NULL && g_str_has_suffix (where, fields[i].key)) {
      gtk_label_set_text (GTK_LABEL (self->problems[i]), text);
      gtk_widget_set_visible (self->problems[i], TRUE);
      gtk_widget_add_css_class (self->entries[i], "warning");
      gtk_widget_grab_focus (self->entries[i]);
      return;
    }
  gtk_label_set_text (GTK_LABEL (self->problem), text);
  gtk_widget_set_visible (self->problem, TRUE);
}

static void
forget_refusals (NegPeerEditor *self)
{
  for (guint i = 0; i < N_FIELDS; i++) {
    gtk_widget_set_visible (self->problems[i], FALSE);
    gtk_widget_remove_css_class (self->entries[i], "warning");
  }
  gtk_widget_set_visible (self->problem, FALSE);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegPeerEditor) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);

  if (self->box == NULL)
    return;
  gtk_widget_set_sensitive (self->save, TRUE);
  if (answer != NULL)
    g_signal_emit (self, signal_done, 0);
  else
    show_refusal (self, error);
}

static void
save_cb (NegPeerEditor *self)
{
  forget_refusals (self);
  gtk_widget_set_sensitive (self->save, FALSE);
  neg_network_call_async (self->network, "SetPeer", g_variant_new ("(s@a{ss})", get_text (self, NAME),
                                                                   new_keys (self)),
                          CALL_MS, self->cancellable, saved_cb, g_object_ref (self));
}

static void
cancel_cb (NegPeerEditor *self)
{
  g_signal_emit (self, signal_done, 0);
}

/* --- filling --- */

static void
set_text (NegPeerEditor *self, guint field, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entries[field]), text != NULL ? text : "");
}

/* "[::1]:104", "pacs:104", "pacs". */
static void
fill_place (NegPeerEditor *self, const char *place)
{
  const char *colon = strrchr (place, ':'), *bracket = strrchr (place, ']');
  g_autofree char *host = NULL;

  if (colon != NULL && bracket != NULL && colon < bracket)
    colon = NULL;
  host = colon != NULL ? g_strndup (place, (gsize) (colon - place)) : g_strdup (place);
  set_text (self, HOST, host);
  set_text (self, PORT, colon != NULL ? colon + 1 : "");
}

static void
fill_address (NegPeerEditor *self, const char *address)
{
  guint kind = N_KINDS;
  const char *rest, *at, *slash;

  for (guint i = 0; i < N_KINDS; i++)
    if (g_str_has_prefix (address, schemes[i]))
      kind = i;
  if (kind == N_KINDS)
    return;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->kind), kind);
  rest = address + strlen (schemes[kind]);
  at = strchr (rest, '@');
  slash = strchr (rest, '/');
  if ((kind == KIND_DICOM || kind == KIND_TLS) && at != NULL) {
    g_autofree char *title = g_strndup (rest, (gsize) (at - rest));

    set_text (self, CALLED, title);
    fill_place (self, at + 1);
  } else {
    g_autofree char *place = slash != NULL ? g_strndup (rest, (gsize) (slash - rest)) : g_strdup (rest);

    set_text (self, PATH, slash);
    fill_place (self, place);
  }
}

static void
fill (NegPeerEditor *self, GVariant *keys)
{
  const char *text;

  if (g_variant_lookup (keys, "address", "&s", &text))
    fill_address (self, text);
  for (guint i = CALLING; i < N_FIELDS; i++)
    if (g_variant_lookup (keys, fields[i].key, "&s", &text))
      set_text (self, i, text);
  if (g_variant_lookup (keys, "use", "&s", &text) && *text != '\0') {
    g_auto (GStrv) words = g_strsplit (text, ";", -1);

    for (guint i = 0; i < N_USES; i++)
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->uses[i]),
                                   g_strv_contains ((const char *const *) words, use_keys[i]));
  }
  if (g_variant_lookup (keys, "retrieve", "&s", &text))
    for (guint i = 0; ways[i] != NULL; i++)
      if (g_str_equal (ways[i], text))
        gtk_drop_down_set_selected (GTK_DROP_DOWN (self->way), i);
}

/* --- the widget --- */

static void
neg_peer_editor_dispose (GObject *object)
{
  NegPeerEditor *self = NEG_PEER_EDITOR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (neg_peer_editor_parent_class)->dispose (object);
}

static void
neg_peer_editor_finalize (GObject *object)
{
  g_free (NEG_PEER_EDITOR (object)->name);
  g_object_unref (NEG_PEER_EDITOR (object)->cancellable);
  G_OBJECT_CLASS (neg_peer_editor_parent_class)->finalize (object);
}

static void
neg_peer_editor_class_init (NegPeerEditorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_peer_editor_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_peer_editor_finalize;
  signal_done = g_signal_new ("done", NEG_TYPE_PEER_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
add_line (NegPeerEditor *self, const char *title, GtkWidget *control)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_size_request (label, 160, -1);
  gtk_widget_set_hexpand (control, TRUE);
  neg_accessible_set_name (control, title);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), control);
  gtk_widget_add_css_class (line, "preferences-row");
  gtk_box_append (GTK_BOX (self->box), line);
  return line;
}

static GtkWidget *
add_problem (NegPeerEditor *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "danger");
  gtk_widget_add_css_class (label, "preferences-row");
  gtk_widget_set_visible (label, FALSE);
  gtk_box_append (GTK_BOX (self->box), label);
  return label;
}

static void
add_field (NegPeerEditor *self, guint field)
{
  self->entries[field] = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entries[field]),
                                  *fields[field].hint != '\0' ? _ (fields[field].hint) : NULL);
  self->lines[field] = add_line (self, _ (fields[field].title), self->entries[field]);
  self->problems[field] = add_problem (self);
  g_signal_connect_object (self->entries[field], "activate", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
}

static void
add_uses (NegPeerEditor *self)
{
  GtkWidget *box = neg_accessible_new_flow (_ ("It may"));

  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (box), N_USES);
  for (guint i = 0; i < N_USES; i++) {
    self->uses[i] = gtk_check_button_new_with_label (_ (use_titles[i]));
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->uses[i]), i < 3);
    neg_accessible_add_to_flow (box, self->uses[i]);
  }
  add_line (self, _ ("It may"), box);
}

static void
add_buttons (NegPeerEditor *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *cancel = gtk_button_new_with_label (_ ("Cancel"));

  self->save = gtk_button_new_with_label (_ ("Save"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_widget_set_halign (line, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (line), cancel);
  gtk_box_append (GTK_BOX (line), self->save);
  gtk_widget_add_css_class (line, "preferences-row");
  gtk_box_append (GTK_BOX (self->box), line);
  g_signal_connect_object (self->save, "clicked", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
}

static void
neg_peer_editor_init (NegPeerEditor *self)
{
  const char *kinds[] = { _ ("DICOM"), _ ("DICOM, encrypted (TLS)"), _ ("DICOMweb (https)"),
                          _ ("DICOMweb, not encrypted (this computer only)"), NULL };
  const char *way_titles[] = { _ ("It sends back on the same connection (C-GET)"),
                               _ ("It sends to this workstation (C-MOVE)"), _ ("By web (WADO-RS)"), NULL };

  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->box, "preferences-group");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_field (self, NAME);
  self->kind = gtk_drop_down_new_from_strings (kinds);
  add_line (self, _ ("Kind"), self->kind);
  for (guint i = HOST; i <= CALLING; i++)
    add_field (self, i);
  add_uses (self);
  self->way = gtk_drop_down_new_from_strings (way_titles);
  add_line (self, _ ("How to retrieve"), self->way);
  for (guint i = ISSUER; i < N_FIELDS; i++)
    add_field (self, i);
  self->problem = add_problem (self);
  add_buttons (self);
  g_signal_connect_object (self->kind, "notify::selected", G_CALLBACK (kind_changed_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
neg_peer_editor_new (NegNetwork *network, const char *name, GVariant *keys)
{
  NegPeerEditor *self = g_object_new (NEG_TYPE_PEER_EDITOR, NULL);

  self->network = g_object_ref (network);
  self->name = g_strdup (name);
  if (name != NULL) {
    set_text (self, NAME, name);
    gtk_editable_set_editable (GTK_EDITABLE (self->entries[NAME]), FALSE);
  }
  if (keys != NULL)
    fill (self, keys);
  update (self);
  return GTK_WIDGET (self);
}
