#include "config.h"

#include "ui/neg-learn-picture.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "learning/neg-png.h"

/* What a screenshot takes, several times over. */
#define BYTES_MAX (1u << 20)
#define PIXELS_MAX (4u << 20)

struct _NegLearnPicture {
  GtkWidget parent_instance;

  GtkWidget *words;    /* in place of the picture; nullable */
  GdkTexture *texture; /* nullable: not yet, or there is none */
};

G_DEFINE_FINAL_TYPE (NegLearnPicture, neg_learn_picture, GTK_TYPE_WIDGET)

/* --- in the thread --- */

static GBytes *
read_bytes (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GBytes) bytes = stream != NULL ? g_input_stream_read_bytes (G_INPUT_STREAM (stream), BYTES_MAX + 1, NULL, error) : NULL;

  if (bytes == NULL || g_bytes_get_size (bytes) <= BYTES_MAX)
    return g_steal_pointer (&bytes);
  neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, path, "a picture of more than %u KiB", BYTES_MAX >> 10);
  return NULL;
}

static GdkTexture *
load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = read_bytes (path, error);
  const char *data;
  gsize length;
  guint width, height;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &length);
  if (!neg_png_measure (data, length, &width, &height, error))
    return NULL;
  if ((guint64) width * height <= PIXELS_MAX)
    return gdk_texture_new_from_bytes (bytes, error);
  neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, path, "a picture of %u x %u pixels", width, height);
  return NULL;
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GdkTexture *texture = load (data, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* --- on the page --- */

static void
show_words (NegLearnPicture *self, const char *words)
{
  g_autofree char *text = g_strdup_printf (_ ("Picture: %s"), words);

  self->words = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_label_set_wrap (GTK_LABEL (self->words), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->words), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (self->words), 1);
  gtk_widget_add_css_class (self->words, "dim");
  gtk_widget_set_parent (self->words, GTK_WIDGET (self));
}

/* The task holds the widget, which may have left its page by now: then nobody sees what it shows. */
static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegLearnPicture *self = NEG_LEARN_PICTURE (source);

  self->texture = g_task_propagate_pointer (G_TASK (result), NULL);
  if (self->texture == NULL && gtk_widget_get_parent (GTK_WIDGET (self)) != NULL)
    show_words (self, gtk_widget_get_tooltip_text (GTK_WIDGET (self)));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static GtkSizeRequestMode
neg_learn_picture_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The height that belongs to the width, which is never more than the picture's own. */
static int
get_height (const NegLearnPicture *self, int width)
{
  const double own_width = gdk_texture_get_width (self->texture), own_height = gdk_texture_get_height (self->texture);

  return width < 0 || width >= own_width ? (int) own_height : MAX (1, (int) (width * own_height / own_width + 0.5));
}

static void
neg_learn_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                           int *natural_baseline)
{
  NegLearnPicture *self = NEG_LEARN_PICTURE (widget);

  *minimum = *natural = 0;
  if (self->words != NULL)
    gtk_widget_measure (self->words, orientation, for_size, minimum, natural, NULL, NULL);
  else if (self->texture != NULL && orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = gdk_texture_get_width (self->texture);
  else if (self->texture != NULL)
    *minimum = *natural = get_height (self, for_size);
}

static void
neg_learn_picture_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegLearnPicture *self = NEG_LEARN_PICTURE (widget);

  if (self->words != NULL)
    gtk_widget_allocate (self->words, width, height, baseline, NULL);
}

static void
neg_learn_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegLearnPicture *self = NEG_LEARN_PICTURE (widget);

  if (self->words != NULL)
    gtk_widget_snapshot_child (widget, self->words, snapshot);
  if (self->texture != NULL) {
    const int width = MIN (gtk_widget_get_width (widget), gdk_texture_get_width (self->texture));
    const graphene_rect_t place = GRAPHENE_RECT_INIT (0, 0, width, get_height (self, width));

    gtk_snapshot_append_texture (snapshot, self->texture, &place);
  }
}

static void
neg_learn_picture_dispose (GObject *object)
{
  NegLearnPicture *self = NEG_LEARN_PICTURE (object);

  g_clear_pointer (&self->words, gtk_widget_unparent);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (neg_learn_picture_parent_class)->dispose (object);
}

static void
neg_learn_picture_class_init (NegLearnPictureClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_learn_picture_dispose;
  widget_class->get_request_mode = neg_learn_picture_get_request_mode;
  widget_class->measure = neg_learn_picture_measure;
  widget_class->size_allocate = neg_learn_picture_size_allocate;
  widget_class->snapshot = neg_learn_picture_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
neg_learn_picture_init (NegLearnPicture *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "learn-picture");
}

GtkWidget *
neg_learn_picture_new (const char *path, const char *words)
{
  NegLearnPicture *self = g_object_new (NEG_TYPE_LEARN_PICTURE, "tooltip-text", words, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  if (path != NULL) {
    g_autoptr (GTask) task = g_task_new (self, NULL, loaded_cb, NULL);

    g_task_set_task_data (task, g_strdup (path), g_free);
    g_task_run_in_thread (task, load_in_thread);
  } else
    show_words (self, words);
  return GTK_WIDGET (self);
}
