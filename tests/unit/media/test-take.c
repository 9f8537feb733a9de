/* Films that are recorded, cut and mended, read back by GStreamer: how many pictures, when, what is in them and in the
 * sound. A flash and a tone come together each second of the clock: both of them are found at the same time. */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "media/neg-take.h"

#define WIDTH 64u
#define HEIGHT 48u
#define RATE_HZ 48000
#define FLASH_US 50000 /* the tone's length (neg-take-sound.c) */

typedef struct {
  int fd, out_fd;
} Fixture;

static int
open_scratch (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("negatoscope-take-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_unlink (path);
  return fd;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->fd = open_scratch ();
  fixture->out_fd = open_scratch ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close (fixture->fd);
  close (fixture->out_fd);
}

static GBytes *
new_picture (guint8 level)
{
  gsize bytes = 4 * WIDTH * HEIGHT;
  guint8 *pixels = g_malloc (bytes);

  memset (pixels, level, bytes);
  return g_bytes_new_take (pixels, bytes);
}

static gboolean
push_level (NegTake *take, guint8 level, gint64 time_us)
{
  g_autoptr (GBytes) picture = new_picture (level);
  g_autoptr (GError) error = NULL;
  gboolean kept = FALSE;
  gboolean ok = neg_take_push (take, picture, 4 * WIDTH, time_us, &kept, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  return kept;
}

/* A picture that must be in the film: waits for the encoder. */
static void
push_surely (NegTake *take, guint8 level, gint64 time_us)
{
  while (!push_level (take, level, time_us))
    g_usleep (1000);
}

static NegTake *
new_take (Fixture *fixture, NegTakeSound sound)
{
  NegTakeOptions options = { .width = WIDTH, .height = HEIGHT, .sound = sound };
  g_autoptr (GError) error = NULL;
  NegTake *take = neg_take_new (fixture->fd, &options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (take);
  return take;
}

static void
finish (NegTake *take, gint64 time_us)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_take_finish (take, time_us, NULL, &error));
  g_assert_no_error (error);
}

/* --- Reading back, by a pipeline of the test's own --- */

typedef struct {
  GArray *times_us; /* of pictures */
  GArray *levels;   /* their grey in the middle */
  GArray *samples;  /* of the sound, from 0 on */
} Film;

static void
film_free (Film *film)
{
  g_array_unref (film->times_us);
  g_array_unref (film->levels);
  g_array_unref (film->samples);
  g_free (film);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Film, film_free)

static void
add_picture (Film *film, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gint64 time_us = GST_BUFFER_PTS (buffer) / 1000;
  guint level;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  level = map.data[map.size / 2];
  gst_buffer_unmap (buffer, &map);
  g_array_append_val (film->times_us, time_us);
  g_array_append_val (film->levels, level);
}

static void
add_sound (Film *film, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gsize position = gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), RATE_HZ, GST_SECOND);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  if (film->samples->len < position + map.size / 2)
    g_array_set_size (film->samples, position + map.size / 2);
  memcpy (&g_array_index (film->samples, gint16, position), map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
pull_all (GstElement *pipeline, const char *name, Film *film, void (*add) (Film *, GstSample *))
{
  GstAppSink *sink = (GstAppSink *) gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstSample *sample;

  if (sink == NULL)
    return;
  while ((sample = gst_app_sink_pull_sample (sink)) != NULL) {
    add (film, sample);
    gst_sample_unref (sample);
  }
  gst_object_unref (sink);
}

static Film *
read_film (int fd, gboolean with_sound)
{
  g_autofree char *text = g_strdup_printf (
      "fdsrc fd=%d ! matroskademux name=d d.video_0 ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! vp8dec ! "
      "videoconvert ! video/x-raw,format=GRAY8 ! appsink name=pictures sync=false%s",
      fd,
      with_sound ? " d.audio_0 ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! opusdec ! audioconvert ! "
                   "audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! appsink name=sound sync=false"
                 : "");
  Film *film = g_new0 (Film, 1);
  GstElement *pipeline;

  gst_init (NULL, NULL);
  film->times_us = g_array_new (FALSE, TRUE, sizeof (gint64));
  film->levels = g_array_new (FALSE, TRUE, sizeof (guint));
  film->samples = g_array_new (FALSE, TRUE, sizeof (gint16));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  pipeline = gst_parse_launch (text, NULL);
  g_assert_nonnull (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  pull_all (pipeline, "pictures", film, add_picture);
  pull_all (pipeline, "sound", film, add_sound);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return film;
}

static gint64
time_of (Film *film, guint i)
{
  return g_array_index (film->times_us, gint64, i);
}

static guint
level_of (Film *film, guint i)
{
  return g_array_index (film->levels, guint, i);
}

/* --- Tests --- */

/* What is pushed with its time is found with it; nothing moves: a picture again costs nothing and has its time. */
static void
test_times (Fixture *fixture, gconstpointer data)
{
  static const gint64 times_us[] = { 0, 70000, 140000, 900000, 1400000, 1460000 };
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  g_autoptr (Film) film = NULL;
  NegTakeState state;

  for (guint i = 0; i < G_N_ELEMENTS (times_us); i++)
    push_surely (take, 40 * i, 5000000 + times_us[i]);
  finish (take, 5000000 + 2000000);
  neg_take_get_state (take, &state);
  neg_take_free (take);
  g_assert_cmpuint (state.n_pictures, ==, G_N_ELEMENTS (times_us) + 1);
  g_assert_cmpint (state.duration_us, ==, 2000000);
  g_assert_cmpuint (state.bytes, >, 0);
  g_assert_false (state.has_sound);
  film = read_film (fixture->fd, FALSE);
  g_assert_cmpuint (film->times_us->len, ==, G_N_ELEMENTS (times_us) + 1);
  for (guint i = 0; i < G_N_ELEMENTS (times_us); i++) {
    g_assert_cmpint (ABS (time_of (film, i) - times_us[i]), <=, 1000); /* the container counts milliseconds */
    g_assert_cmpint (ABS ((int) level_of (film, i) - (int) (16 + 40 * i * 219 / 255)), <=, 4);
  }
  g_assert_cmpint (ABS (time_of (film, G_N_ELEMENTS (times_us)) - 2000000), <=, 1000);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  g_autoptr (Film) film = NULL;

  push_surely (take, 10, 1000000);
  push_surely (take, 60, 1200000);
  neg_take_pause (take, 1300000);
  g_assert_false (push_level (take, 250, 1400000));
  neg_take_resume (take, 61300000);
  push_surely (take, 120, 61400000);
  finish (take, 61500000);
  neg_take_free (take);
  film = read_film (fixture->fd, FALSE);
  g_assert_cmpuint (film->times_us->len, ==, 4);
  g_assert_cmpint (ABS (time_of (film, 2) - 400000), <=, 1000);
  g_assert_cmpint (ABS (time_of (film, 3) - 500000), <=, 1000);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (level_of (film, i), <, 160);
}

/* More pictures at once than the queue holds: the rest is dropped, counted and said. */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  g_autoptr (Film) film = NULL;
  guint n_kept = 0, n = 3000;
  NegTakeState state;

  for (guint i = 0; i < n; i++)
    n_kept += push_level (take, i & 127, i * 10000);
  neg_take_get_state (take, &state);
  g_assert_cmpuint (state.n_pictures, ==, n_kept);
  g_assert_cmpuint (state.n_dropped, ==, n - n_kept);
  g_assert_cmpuint (state.n_dropped, >, 0);
  finish (take, n * 10000);
  neg_take_free (take);
  film = read_film (fixture->fd, FALSE);
  g_assert_cmpuint (film->times_us->len, ==, n_kept + 1);
}

/* Where each run of bright pictures begins. */
static GArray *
find_flashes (Film *film)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < film->levels->len; i++)
    if (level_of (film, i) > 128 && (i == 0 || level_of (film, i - 1) <= 128)) {
      gint64 time_us = time_of (film, i);

      g_array_append_val (found, time_us);
    }
  return found;
}

/* Where each tone begins: loud after a tenth of a second without. */
static GArray *
find_tones (Film *film)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint quiet = RATE_HZ;

  for (guint i = 0; i < film->samples->len; i++) {
    if (ABS (g_array_index (film->samples, gint16, i)) <= 4000) {
      quiet++;
      continue;
    }
    if (quiet > RATE_HZ / 10) {
      gint64 time_us = (gint64) i * G_USEC_PER_SEC / RATE_HZ;

      g_array_append_val (found, time_us);
    }
    quiet = 0;
  }
  return found;
}

/* Flash and tone of the same second are together. */
static void
assert_together (Film *film, guint n_at_least)
{
  g_autoptr (GArray) flashes = find_flashes (film);
  g_autoptr (GArray) tones = find_tones (film);

  for (guint i = 0; i < MAX (flashes->len, tones->len); i++)
    g_test_message ("%u: flash %" G_GINT64_FORMAT ", tone %" G_GINT64_FORMAT, i,
                    i < flashes->len ? g_array_index (flashes, gint64, i) : -1,
                    i < tones->len ? g_array_index (tones, gint64, i) : -1);
  g_assert_cmpuint (flashes->len, >=, n_at_least);
  g_assert_cmpuint (tones->len, ==, flashes->len);
  for (guint i = 0; i < flashes->len; i++)
    g_assert_cmpint (ABS (g_array_index (flashes, gint64, i) - g_array_index (tones, gint64, i)), <, 25000);
}

/* What has to happen at its time, as sound does: so much later is too late. */
#define LATE_US 250000
#define ATTEMPTS 20

/* The flash of each second between the times, at its own time. */
static void
push_flashes (NegTake *take, gint64 from_us, gint64 to_us)
{
  for (gint64 at_us = from_us / FLASH_US * FLASH_US + FLASH_US; at_us <= to_us; at_us += FLASH_US)
    if (at_us % 250000 <= FLASH_US)
      push_surely (take, at_us % G_USEC_PER_SEC < FLASH_US ? 250 : 20, at_us);
}

/* FALSE: this machine did not come to it in time. */
static gboolean
push_in_time (NegTake *take, gint64 start_us, gint64 end_us, gint64 pause_us)
{
  gint64 done_us = start_us;
  gboolean in_time = g_get_monotonic_time () < start_us + LATE_US;

  push_surely (take, 20, start_us);
  while (done_us < end_us) {
    gint64 now_us = g_get_monotonic_time (), until_us = MIN (now_us, end_us);

    in_time = in_time && now_us - done_us < LATE_US;
    if (until_us > pause_us) {
      push_flashes (take, done_us, pause_us);
      neg_take_pause (take, pause_us);
      g_usleep (300000);
      neg_take_resume (take, pause_us + 300000);
      done_us = pause_us + 300000;
      in_time = in_time && g_get_monotonic_time () - done_us < LATE_US;
      pause_us = G_MAXINT64;
      continue;
    }
    push_flashes (take, done_us, until_us);
    done_us = until_us;
    g_usleep (5000);
  }
  finish (take, end_us);
  return in_time && g_get_monotonic_time () - end_us < 2 * LATE_US;
}

/* A pause of 300 ms in it. Begins in the middle of a second, so that no tone is cut. */
static gboolean
try_to_record_flashes (Fixture *fixture, guint seconds, gboolean with_pause)
{
  NegTake *take;
  gint64 now_us, start_us;
  NegTakeState state;
  gboolean in_time;

  g_assert_cmpint (ftruncate (fixture->fd, 0), ==, 0);
  g_assert_cmpint (lseek (fixture->fd, 0, SEEK_SET), ==, 0);
  take = new_take (fixture, NEG_TAKE_TEST_SOUND);
  now_us = g_get_monotonic_time ();
  start_us = now_us - now_us % G_USEC_PER_SEC + G_USEC_PER_SEC + G_USEC_PER_SEC / 2;
  g_usleep (start_us - now_us);
  in_time = push_in_time (take, start_us, start_us + (gint64) seconds * G_USEC_PER_SEC,
                          with_pause ? start_us + G_USEC_PER_SEC : G_MAXINT64);
  neg_take_get_state (take, &state);
  g_assert_true (state.has_sound);
  neg_take_free (take);
  return in_time;
}

/* FALSE: skipped; nothing can be said of times on a machine that is so busy. */
static gboolean
record_flashes (Fixture *fixture, guint seconds, gboolean with_pause)
{
  for (guint i = 0; i < ATTEMPTS; i++)
    if (try_to_record_flashes (fixture, seconds, with_pause))
      return TRUE;
  g_test_skip ("the machine is too busy");
  return FALSE;
}

static void
test_sound (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Film) film = NULL;

  if (!record_flashes (fixture, 3, TRUE))
    return;
  film = read_film (fixture->fd, TRUE);
  assert_together (film, 2);
}

static void
progress_cb (double fraction, gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1);
  *last = fraction;
}

static void
trim (Fixture *fixture, NegTakeCut cut)
{
  g_autoptr (GError) error = NULL;
  double last = 0;

  neg_take_trim (fixture->fd, fixture->out_fd, &cut, progress_cb, &last, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (last, >, 0.5);
}

static void
test_trim (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Film) film = NULL;
  g_autoptr (GArray) tones = NULL;
  NegTakeFacts facts;

  if (!record_flashes (fixture, 4, FALSE))
    return;
  trim (fixture, (NegTakeCut){ .start_us = 370000, .end_us = 3300000 });
  film = read_film (fixture->out_fd, TRUE);
  assert_together (film, 2);
  tones = find_tones (film);
  g_assert_cmpint (ABS (g_array_index (tones, gint64, 1) - g_array_index (tones, gint64, 0) - G_USEC_PER_SEC), <, 2000);
  g_assert_cmpint (ABS (time_of (film, film->times_us->len - 1) - 2930000), <=, 2000);
  g_assert_cmpint (ABS ((gint64) film->samples->len * G_USEC_PER_SEC / RATE_HZ - 2930000), <, 45000); /* Opus: 20 ms */
  g_assert_true (neg_take_measure (fixture->out_fd, &facts, NULL, NULL));
  g_assert_cmpuint (facts.n_pictures, ==, film->times_us->len);
  g_assert_cmpuint (facts.width, ==, WIDTH);
  g_assert_cmpuint (facts.height, ==, HEIGHT);
  g_assert_true (facts.has_sound);
  g_assert_cmpint (ABS (facts.duration_us - 2930000), <=, 2000);
}

/* What is seen at the start began before it; nothing after the end is left. */
static void
test_trim_pictures (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  g_autoptr (Film) film = NULL;

  for (guint i = 0; i < 10; i++)
    push_surely (take, 20 + 20 * i, i * 1000000);
  finish (take, 10000000);
  neg_take_free (take);
  trim (fixture, (NegTakeCut){ .start_us = 2500000, .end_us = 6200000, .width = 32, .height = 24 });
  film = read_film (fixture->out_fd, FALSE);
  g_assert_cmpuint (film->times_us->len, ==, 6);
  for (guint i = 0; i < 6; i++) {
    gint64 expected_us = i == 0 ? 0 : i == 5 ? 3700000 : (gint64) i * 1000000 - 500000;
    guint pushed = 20 + 20 * MIN (i + 2, 6);

    g_assert_cmpint (ABS (time_of (film, i) - expected_us), <=, 1000);
    g_assert_cmpint (ABS ((int) level_of (film, i) - (int) (16 + pushed * 219 / 255)), <=, 6);
  }
}

static void
push_noise (NegTake *take, GRand *rand, gint64 time_us)
{
  gsize bytes = 4 * WIDTH * HEIGHT;
  guint8 *pixels = g_malloc (bytes);
  g_autoptr (GBytes) noise = NULL;
  gboolean kept = FALSE;

  for (gsize i = 0; i < bytes; i++)
    pixels[i] = g_rand_int (rand);
  noise = g_bytes_new_take (pixels, bytes);
  while (!kept) {
    g_assert_true (neg_take_push (take, noise, 4 * WIDTH, time_us, &kept, NULL));
    if (!kept)
      g_usleep (1000);
  }
}

static void
test_trim_to_size (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  guint64 bytes_max = 40000;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 100; i++)
    push_noise (take, rand, i * 66667);
  finish (take, 100 * 66667);
  neg_take_free (take);
  g_assert_cmpint (lseek (fixture->fd, 0, SEEK_END), >, 2 * bytes_max);
  trim (fixture, (NegTakeCut){ .start_us = 0, .end_us = 0, .bytes_max = bytes_max });
  g_assert_cmpint (lseek (fixture->out_fd, 0, SEEK_END), <=, bytes_max);
  g_assert_cmpint (lseek (fixture->out_fd, 0, SEEK_END), >, bytes_max / 3);
  {
    g_autoptr (Film) film = read_film (fixture->out_fd, FALSE);

    g_assert_cmpuint (film->times_us->len, ==, 101);
  }
}

static void
test_trim_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  NegTakeCut cut = { 0 };
  g_autoptr (GError) error = NULL;

  push_surely (take, 10, 0);
  finish (take, 1000000);
  neg_take_free (take);
  g_cancellable_cancel (cancellable);
  g_assert_false (neg_take_trim (fixture->fd, fixture->out_fd, &cut, NULL, NULL, cancellable, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
}

/* A film whose program died: what was written is played, and gets its index. */
static void
test_mend (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  int died_fd = open_scratch ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GError) error = NULL;
  g_autoptr (Film) film = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize written;

  for (guint i = 0; i < 100; i++)
    push_noise (take, rand, i * 100000);
  while (lseek (fixture->fd, 0, SEEK_END) < 20000)
    g_usleep (10000);
  written = lseek (fixture->fd, 0, SEEK_END);
  bytes = g_malloc (written);
  g_assert_cmpint (pread (fixture->fd, bytes, written, 0), ==, (gssize) written);
  /* In the middle of a picture, too. */
  for (gsize cut = 0; cut < 40; cut += 13) {
    g_clear_pointer (&film, film_free);
    g_assert_cmpint (ftruncate (died_fd, 0), ==, 0);
    g_assert_cmpint (ftruncate (fixture->out_fd, 0), ==, 0);
    g_assert_cmpint (pwrite (died_fd, bytes, written - cut, 0), ==, (gssize) (written - cut));
    g_assert_cmpint (lseek (fixture->out_fd, 0, SEEK_SET), ==, 0);
    g_assert_true (neg_take_mend (died_fd, fixture->out_fd, NULL, &error));
    g_assert_no_error (error);
    film = read_film (fixture->out_fd, FALSE);
    g_assert_cmpuint (film->times_us->len, >, 5);
    for (guint i = 0; i < film->times_us->len; i++)
      g_assert_cmpint (ABS (time_of (film, i) - i * 100000), <=, 1000);
  }
  close (died_fd);
  neg_take_free (take);
}

static void
test_no_film (Fixture *fixture, gconstpointer data)
{
  static const char *const contents[] = { "", "no film", "\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska" };
  NegTakeCut cut = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (GError) error = NULL;
    NegTakeFacts facts;

    g_assert_cmpint (ftruncate (fixture->fd, 0), ==, 0);
    g_assert_cmpint (pwrite (fixture->fd, contents[i], strlen (contents[i]), 0), ==, (gssize) strlen (contents[i]));
    g_assert_false (neg_take_trim (fixture->fd, fixture->out_fd, &cut, NULL, NULL, NULL, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
    if (neg_take_measure (fixture->fd, &facts, NULL, NULL))
      g_assert_cmpuint (facts.n_pictures, ==, 0);
  }
}

/* /dev/full takes nothing. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  NegTakeOptions options = { .width = WIDTH, .height = HEIGHT };
  int fd = open ("/dev/full", O_RDWR);
  NegTake *take = neg_take_new (fd, &options, NULL);
  g_autoptr (GBytes) picture = new_picture (10);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (take);
  for (guint i = 0; i < 1000 && neg_take_push (take, picture, 4 * WIDTH, i * 100000, NULL, &error); i++)
    g_usleep (1000);
  if (error == NULL)
    g_assert_false (neg_take_finish (take, 100000000, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == NEG_ERROR);
  neg_take_free (take);
  close (fd);
}

static void
test_wrong_size (Fixture *fixture, gconstpointer data)
{
  NegTake *take = new_take (fixture, NEG_TAKE_SILENT);
  g_autoptr (GBytes) small = g_bytes_new_static ("1234", 4);

  g_assert_false (neg_take_push (take, small, 4 * WIDTH, 0, NULL, NULL));
  neg_take_free (take);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/take/times", test_times);
  ADD ("/take/pause", test_pause);
  ADD ("/take/dropped", test_dropped);
  ADD ("/take/sound", test_sound);
  ADD ("/take/trim", test_trim);
  ADD ("/take/trim-pictures", test_trim_pictures);
  ADD ("/take/trim-to-size", test_trim_to_size);
  ADD ("/take/trim-cancelled", test_trim_cancelled);
  ADD ("/take/mend", test_mend);
  ADD ("/take/no-film", test_no_film);
  ADD ("/take/full-disk", test_full_disk);
  ADD ("/take/wrong-size", test_wrong_size);
  return g_test_run ();
}
