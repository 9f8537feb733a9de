/* The player on videos that say in each picture which one it is. */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "media/neg-play.h"
#include "support/make-film.h"

#define N_FRAMES 100
#define LIMIT_US (60 * G_USEC_PER_SEC)

static char *folder;
static char *film; /* VP8 and Vorbis; NULL: none could be made */

typedef struct {
  NegPlay *play;
  int fd;
  GArray *played; /* pairs of gint64 */
} Fixture;

static void
played_cb (NegPlay *play, gint64 from_us, gint64 to_us, Fixture *f)
{
  g_array_append_val (f->played, from_us);
  g_array_append_val (f->played, to_us);
}

static void
fixture_open (Fixture *f, const char *path)
{
  f->fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (f->fd, >=, 0);
  f->played = g_array_new (FALSE, FALSE, sizeof (gint64));
  f->play = neg_play_new (f->fd);
  close (f->fd);
  g_signal_connect (f->play, "played", G_CALLBACK (played_cb), f);
}

static void
fixture_close (Fixture *f)
{
  g_clear_object (&f->play);
  g_array_unref (f->played);
}

#define WAIT(condition) \
  G_STMT_START \
  { \
    gint64 end_us = g_get_monotonic_time () + LIMIT_US; \
    guint source = g_timeout_add (20, keep_cb, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_us) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (source); \
    g_assert_true (condition); \
  } \
  G_STMT_END

static gboolean
keep_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static int
get_number (Fixture *f)
{
  const NegPlayFrame *frame = neg_play_get_frame (f->play);

  return frame == NULL ? -1
                       : film_read_number (g_bytes_get_data (frame->pixels, NULL), frame->stride, frame->width, frame->height);
}

static gboolean
is_settled (Fixture *f)
{
  NegPlayState state = neg_play_get_state (f->play);

  return state == NEG_PLAY_FAILED || (state != NEG_PLAY_OPENING && !neg_play_is_seeking (f->play));
}

static void
open_paused (Fixture *f, const char *path)
{
  fixture_open (f, path);
  WAIT (is_settled (f) && (neg_play_get_frame (f->play) != NULL || neg_play_get_error (f->play) != NULL));
  g_assert_no_error (neg_play_get_error (f->play));
  g_assert_cmpint (neg_play_get_state (f->play), ==, NEG_PLAY_PAUSED);
}

static gint64
sum_played (Fixture *f)
{
  gint64 sum_us = 0;

  for (guint i = 0; i < f->played->len; i += 2)
    sum_us += g_array_index (f->played, gint64, i + 1) - g_array_index (f->played, gint64, i);
  return sum_us;
}

static void
test_opens (void)
{
  Fixture f;

  open_paused (&f, film);
  g_assert_cmpint (get_number (&f), ==, 0);
  g_assert_cmpint (neg_play_get_position_us (f.play), ==, 0);
  g_assert_cmpint (ABS (neg_play_get_duration_us (f.play) - N_FRAMES * FILM_FRAME_US), <, 2 * FILM_FRAME_US);
  g_assert_true (neg_play_has_sound (f.play));
  g_assert_cmpuint (f.played->len, ==, 0);
  fixture_close (&f);
}

/* Exactly the picture that is shown then, wherever the key pictures are; of many wishes the last. */
static void
test_seeks (void)
{
  static const guint numbers[] = { 60, 3, 99, 26, 25, 24, 77 };
  Fixture f;

  open_paused (&f, film);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    neg_play_seek (f.play, numbers[i] * FILM_FRAME_US + FILM_FRAME_US / 2);
    WAIT (is_settled (&f) && get_number (&f) == (int) numbers[i]);
    g_assert_cmpint (neg_play_get_position_us (f.play), ==, numbers[i] * FILM_FRAME_US + FILM_FRAME_US / 2);
  }
  for (guint i = 0; i < 30; i++)
    neg_play_seek (f.play, i * FILM_FRAME_US + 1000);
  WAIT (is_settled (&f) && get_number (&f) == 29);
  g_assert_cmpuint (f.played->len, ==, 0);
  fixture_close (&f);
}

/* To its end, at a rate; what was played is all of it from where it began. Again from the beginning. */
static void
test_plays (gconstpointer data)
{
  double rate = *(const double *) data;
  Fixture f;
  gint64 start_us = 70 * FILM_FRAME_US, begun_us;

  open_paused (&f, film);
  neg_play_set_rate (f.play, rate);
  neg_play_seek (f.play, start_us);
  WAIT (is_settled (&f));
  begun_us = g_get_monotonic_time ();
  neg_play_set_playing (f.play, TRUE);
  WAIT (neg_play_get_state (f.play) == NEG_PLAY_ENDED);
  /* The clock is the film's: no sooner than that. */
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >, (N_FRAMES * FILM_FRAME_US - start_us) / rate * 0.8);
  g_assert_cmpint (get_number (&f), >=, N_FRAMES - 5);
  g_assert_cmpint (ABS (sum_played (&f) - (N_FRAMES * FILM_FRAME_US - start_us)), <, 300000);
  g_assert_false (neg_play_is_wanted (f.play));
  neg_play_set_playing (f.play, TRUE);
  WAIT (neg_play_get_state (f.play) == NEG_PLAY_PLAYING && neg_play_get_position_us (f.play) > 100000);
  g_assert_cmpint (neg_play_get_position_us (f.play), <, start_us);
  fixture_close (&f);
}

/* What is skipped was not played. */
static void
test_skips (void)
{
  Fixture f;

  open_paused (&f, film);
  neg_play_set_playing (f.play, TRUE);
  WAIT (neg_play_get_position_us (f.play) > 200000);
  neg_play_seek (f.play, 80 * FILM_FRAME_US);
  WAIT (is_settled (&f) && neg_play_get_position_us (f.play) > 82 * FILM_FRAME_US);
  neg_play_set_playing (f.play, FALSE);
  WAIT (neg_play_get_state (f.play) == NEG_PLAY_PAUSED);
  g_assert_cmpuint (f.played->len, >=, 4);
  g_assert_cmpint (g_array_index (f.played, gint64, 0), <, 200000);
  g_assert_cmpint (g_array_index (f.played, gint64, f.played->len - 2), >=, 80 * FILM_FRAME_US);
  g_assert_cmpint (sum_played (&f), <, 60 * FILM_FRAME_US);
  fixture_close (&f);
}

/* A pause and seeks on its heels: the place is the one that was wished last, and stays. */
static void
test_seeks_after_pause (void)
{
  Fixture f;

  open_paused (&f, film);
  for (guint i = 0; i < 12; i++) {
    guint number = 50 + i;

    neg_play_set_playing (f.play, TRUE);
    WAIT (neg_play_get_state (f.play) == NEG_PLAY_PLAYING && neg_play_get_position_us (f.play) > 40000);
    neg_play_set_playing (f.play, FALSE);
    if (i % 2)
      WAIT (neg_play_get_state (f.play) == NEG_PLAY_PAUSED);
    neg_play_seek (f.play, 0);
    if (i % 3)
      WAIT (is_settled (&f) && get_number (&f) == 0);
    neg_play_seek (f.play, number * FILM_FRAME_US + 1000);
    WAIT (is_settled (&f) && get_number (&f) == (int) number);
    g_assert_cmpint (neg_play_get_position_us (f.play) / FILM_FRAME_US, ==, number);
    neg_play_seek (f.play, 0);
  }
  fixture_close (&f);
}

/* The thread goes by itself, whatever it was doing. */
static void
test_closes (void)
{
  for (guint i = 0; i < 10; i++) {
    Fixture f;

    fixture_open (&f, film);
    neg_play_set_playing (f.play, i % 2);
    for (guint j = 0; j < i; j++)
      g_main_context_iteration (NULL, FALSE);
    fixture_close (&f);
  }
}

static void
expect_failure (const char *path, const char *words)
{
  Fixture f;

  fixture_open (&f, path);
  neg_play_set_playing (f.play, TRUE);
  WAIT (neg_play_get_state (f.play) == NEG_PLAY_FAILED);
  g_assert_nonnull (neg_play_get_error (f.play));
  g_test_message ("%s", neg_play_get_error (f.play)->message);
  g_assert_nonnull (strstr (neg_play_get_error (f.play)->message, words));
  fixture_close (&f);
}

static char *
write_damaged (const char *name, const char *data, gsize length)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, length, NULL));
  return path;
}

static void
test_fails (void)
{
  g_autofree char *data = NULL, *cut = NULL, *noise = NULL, *empty = NULL, *damaged = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (film, &data, &length, NULL));
  cut = write_damaged ("cut.webm", data, length / 3);
  noise = write_damaged ("noise.webm", "no video at all, and not even long enough", 41);
  empty = write_damaged ("empty.webm", "", 0);
  for (gsize i = length / 4; i < length / 2; i++)
    data[i] = i * 77;
  damaged = write_damaged ("damaged.webm", data, length);
  expect_failure (cut, "damaged");
  expect_failure (noise, "video");
  expect_failure (empty, "video");
  expect_failure (damaged, "damaged");
}

static void
test_other_codecs (void)
{
  g_autofree char *path = g_build_filename (folder, "vp9.webm", NULL);
  const FilmOptions options = { .encoder = "vp9enc", .sound = "opusenc", .n_frames = 10 };
  Fixture f;

  if (!film_make (path, &options)) {
    g_test_skip ("no encoder for VP9 or Opus");
    return;
  }
  open_paused (&f, path);
  neg_play_seek (f.play, 7 * FILM_FRAME_US + 1000);
  WAIT (is_settled (&f) && get_number (&f) == 7);
  fixture_close (&f);
}

/* Sound alone is no video. */
static void
test_no_picture (void)
{
  g_autofree char *path = g_build_filename (folder, "sound.webm", NULL);
  const FilmOptions options = { .sound = "vorbisenc", .n_frames = 10 };

  g_assert_true (film_make (path, &options));
  expect_failure (path, "VP8 or VP9");
}

/* --- without parts of GStreamer: a program of its own, whose plugins are links --- */

static const struct {
  const char *name, *left_out, *words;
} lacks[] = {
  { "decoder", "libgstvpx.so", "the decoder for VP8 (vp8dec of the GStreamer Good Plugins) is not installed" },
  { "demultiplexer", "libgstmatroska.so", "matroskademux (of the GStreamer Good Plugins) is not installed" },
  { "nothing", "none", NULL },
};

static void
make_plugins (const char *target, const char *left_out)
{
  g_autoptr (GDir) dir = g_dir_open (GST_PLUGINS_DIR, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *from = g_build_filename (GST_PLUGINS_DIR, name, NULL), *to = g_build_filename (target, name, NULL);

    if (g_str_has_suffix (name, ".so") && !g_str_equal (name, left_out))
      g_assert_cmpint (symlink (from, to), ==, 0);
  }
}

static void
test_lacks (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *plugins = g_build_filename (folder, lacks[i].name, NULL), *registry = g_strconcat (plugins, ".bin", NULL);
  g_autofree char *arg = g_strdup_printf ("--lack=%u", i);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;

  make_plugins (plugins, lacks[i].left_out);
  g_subprocess_launcher_setenv (launcher, "GST_PLUGIN_SYSTEM_PATH_1_0", plugins, TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY", registry, TRUE);
  process = g_subprocess_launcher_spawn (launcher, NULL, "/proc/self/exe", arg, film, NULL);
  g_assert_nonnull (process);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

static int
run_lacking (guint i, const char *path)
{
  Fixture f;

  if (lacks[i].words != NULL) {
    expect_failure (path, lacks[i].words);
  } else {
    open_paused (&f, path);
    fixture_close (&f);
  }
  return 0;
}

static void
remove_folder (void)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

static gboolean
make_film (void)
{
  const FilmOptions options = { .encoder = "vp8enc", .sound = "vorbisenc", .n_frames = N_FRAMES };

  folder = g_dir_make_tmp ("negatoscope-play-XXXXXX", NULL);
  film = g_build_filename (folder, "film.webm", NULL);
  return film_make (film, &options);
}

int
main (int argc, char **argv)
{
  static const double rates[] = { 1, 0.5, 2 };
  int code;

  if (argc == 3 && g_str_has_prefix (argv[1], "--lack="))
    return run_lacking (g_ascii_strtoull (argv[1] + 7, NULL, 10), argv[2]);
  g_test_init (&argc, &argv, NULL);
  if (!make_film ()) {
    remove_folder ();
    g_print ("1..0 # SKIP GStreamer has no encoder for VP8\n");
    return 0;
  }
  g_test_add_func ("/play/opens", test_opens);
  g_test_add_func ("/play/seeks", test_seeks);
  g_test_add_data_func ("/play/rate/1", &rates[0], test_plays);
  g_test_add_data_func ("/play/rate/0.5", &rates[1], test_plays);
  g_test_add_data_func ("/play/rate/2", &rates[2], test_plays);
  g_test_add_func ("/play/skips", test_skips);
  g_test_add_func ("/play/seeks-after-pause", test_seeks_after_pause);
  g_test_add_func ("/play/closes", test_closes);
  g_test_add_func ("/play/fails", test_fails);
  g_test_add_func ("/play/other-codecs", test_other_codecs);
  g_test_add_func ("/play/no-picture", test_no_picture);
  for (guint i = 0; i < G_N_ELEMENTS (lacks); i++) {
    g_autofree char *path = g_strdup_printf ("/play/lacks/%s", lacks[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_lacks);
  }
  code = g_test_run ();
  remove_folder ();
  return code;
}
