#include "config.h"

#include "media/neg-play-sound.h"

/* A sound server that has not answered by then is played without; the next video may have it. */
#define PATIENCE_US G_USEC_PER_SEC

/* A sink on its way to READY, in a thread of its own: drivers and servers may hang. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  GCond done;
  gboolean is_done;
  GstElement *sink; /* NULL: there is none */
} Probe;

static void
probe_unref (Probe *probe)
{
  if (!g_atomic_ref_count_dec (&probe->references))
    return;
  if (probe->sink != NULL)
    gst_element_set_state (probe->sink, GST_STATE_NULL);
  g_clear_object (&probe->sink);
  g_mutex_clear (&probe->lock);
  g_cond_clear (&probe->done);
  g_free (probe);
}

/* autoaudiosink takes a fakesink where it finds nothing. */
static gboolean
is_real (GstElement *sink)
{
  GstIterator *children = gst_bin_iterate_elements (GST_BIN (sink));
  GValue value = G_VALUE_INIT;
  gboolean real = FALSE;

  while (gst_iterator_next (children, &value) == GST_ITERATOR_OK) {
    GstElementFactory *factory = gst_element_get_factory (g_value_get_object (&value));

    real = factory != NULL && !g_str_equal (GST_OBJECT_NAME (factory), "fakesink");
    g_value_reset (&value);
  }
  g_value_unset (&value);
  gst_iterator_free (children);
  return real;
}

static gpointer
probe_cb (gpointer data)
{
  Probe *probe = data;
  GstElement *sink = gst_element_factory_make ("autoaudiosink", NULL);

  if (sink != NULL)
    gst_object_ref_sink (sink);
  if (sink != NULL && (gst_element_set_state (sink, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE || !is_real (sink))) {
    gst_element_set_state (sink, GST_STATE_NULL);
    g_clear_object (&sink);
  }
  g_mutex_lock (&probe->lock);
  probe->sink = sink;
  probe->is_done = TRUE;
  g_cond_signal (&probe->done);
  g_mutex_unlock (&probe->lock);
  probe_unref (probe);
  return NULL;
}

/* Ready to play; NULL: none. */
static GstElement *
find_sink (void)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;
  Probe *probe = g_new0 (Probe, 1);
  GstElement *sink = NULL;
  GThread *thread;

  g_atomic_ref_count_init (&probe->references);
  g_atomic_ref_count_inc (&probe->references);
  g_mutex_init (&probe->lock);
  g_cond_init (&probe->done);
  thread = g_thread_try_new ("sound", probe_cb, probe, NULL);
  if (thread != NULL) {
    g_thread_unref (thread);
    g_mutex_lock (&probe->lock);
    while (!probe->is_done && g_cond_wait_until (&probe->done, &probe->lock, end_us))
      ;
    sink = g_steal_pointer (&probe->sink);
    g_mutex_unlock (&probe->lock);
  } else {
    probe_unref (probe);
  }
  probe_unref (probe);
  return sink;
}

GstElement *
neg_play_sound_new (GstElement **volume)
{
  static const char *const names[] = { "audioconvert", "audioresample", "scaletempo", "audioconvert", "volume" };
  GstElement *sink = find_sink (), *bin, *before = NULL;
  GstPad *pad;

  if (sink == NULL)
    return NULL;
  bin = gst_bin_new ("sound");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *part = gst_element_factory_make (names[i], NULL);

    if (part == NULL || !gst_bin_add (GST_BIN (bin), part) || (before != NULL && !gst_element_link (before, part)))
      goto missing;
    if (before == NULL) {
      pad = gst_element_get_static_pad (part, "sink");
      gst_element_add_pad (bin, gst_ghost_pad_new ("sink", pad));
      gst_object_unref (pad);
    }
    before = part;
  }
  *volume = before;
  gst_bin_add (GST_BIN (bin), sink);
  gst_object_unref (sink);
  if (gst_element_link (before, sink))
    return bin;
  sink = NULL;
missing:
  *volume = NULL;
  if (sink != NULL) {
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (sink);
  }
  gst_object_unref (gst_object_ref_sink (bin));
  return NULL;
}
