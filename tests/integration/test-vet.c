/* Videos played through by an engine in its cage: good ones, wrong ones, and damaged in every way that chance finds. */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "support/make-film.h"
#include "wire/neg-vet.h"

static char *folder;
static char *film;  /* VP8 and Vorbis, 4 s */
static char *small; /* a few pictures, for mutations */

static gboolean
vet (const char *path, NegVideoInfo *info, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean good;

  g_assert_cmpint (fd, >=, 0);
  good = neg_vet_video (fd, NULL, info, error);
  close (fd);
  return good;
}

static char *
make (const char *name, const FilmOptions *options)
{
  char *path = g_build_filename (folder, name, NULL);

  if (film_make (path, options))
    return path;
  g_free (path);
  return NULL;
}

static void
assert_refused (const char *path, NegErrorCode code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (vet (path, NULL, &error));
  g_assert_error (error, NEG_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" and not \"%s\"", error->message, words);
}

static char *
write_file (const char *name, const char *data, gsize length)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, length, NULL));
  return path;
}

static void
test_good (void)
{
  const FilmOptions options = { .encoder = "vp9enc", .sound = "opusenc", .n_frames = 30, .width = 320, .height = 200 };
  g_autofree char *other = make ("vp9.webm", &options);
  g_autoptr (GError) error = NULL;
  NegVideoInfo info;

  vet (film, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.duration_ms, >=, 3990);
  g_assert_cmpuint (info.duration_ms, <=, 4060);
  g_assert_cmpuint (info.width, ==, 160);
  g_assert_cmpuint (info.height, ==, 96);
  g_assert_cmpuint (info.n_frames, ==, 100);
  g_assert_true (info.has_sound);
  vet (small, &info, &error);
  g_assert_no_error (error);
  g_assert_false (info.has_sound);
  if (other == NULL)
    return;
  vet (other, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.width, ==, 320);
}

/* Containers, codecs and tracks that are none of those. */
static void
test_other_kinds (void)
{
  const FilmOptions matroska = { .encoder = "vp8enc", .muxer = "matroskamux", .n_frames = 10 };
  const FilmOptions silent = { .sound = "vorbisenc", .n_frames = 10 };
  const FilmOptions avi = { .encoder = "vp8enc", .muxer = "avimux", .n_frames = 10 };
  g_autofree char *first = make ("a.mkv", &matroska), *second = make ("b.webm", &silent), *third = make ("c.avi", &avi);
  g_autofree char *text = write_file ("d.webm", "WEBVTT\n\nand no video\n", 21), *empty = write_file ("e.webm", "", 0);

  g_assert_nonnull (first);
  assert_refused (first, NEG_ERROR_REFUSED, "WebM");
  g_assert_nonnull (second);
  assert_refused (second, NEG_ERROR_REFUSED, "no picture");
  if (third != NULL)
    assert_refused (third, NEG_ERROR_REFUSED, "WebM");
  assert_refused (text, NEG_ERROR_REFUSED, "WebM");
  assert_refused (empty, NEG_ERROR_REFUSED, "WebM");
  assert_refused (folder, NEG_ERROR_UNREADABLE, "read");
}

static void
replace (char *data, gsize length, const char *from, const char *to)
{
  char *found = memmem (data, length, from, strlen (from));

  g_assert_nonnull (found);
  memcpy (found, to, strlen (from));
}

static void
test_lies (void)
{
  g_autofree char *data = NULL, *other = NULL, *codec = NULL, *sound = NULL, *cut = NULL, *head = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (film, &data, &length, NULL));
  other = g_memdup2 (data, length);
  replace (other, length, "V_VP8", "V_VP9");
  codec = write_file ("codec.webm", other, length);
  assert_refused (codec, NEG_ERROR_REFUSED, "");
  memcpy (other, data, length);
  replace (other, length, "A_VORBIS", "A_MPEG/3");
  sound = write_file ("sound.webm", other, length);
  assert_refused (sound, NEG_ERROR_REFUSED, "kind");
  cut = write_file ("cut.webm", data, length / 3);
  assert_refused (cut, NEG_ERROR_REFUSED, "");
  head = write_file ("head.webm", data, 40);
  assert_refused (head, NEG_ERROR_REFUSED, "");
}

/* A picture larger than any that is shown: said, and (with the true size behind it) found out. */
static void
test_large (void)
{
  const FilmOptions options = { .encoder = "vp8enc", .n_frames = 1, .width = 4112, .height = 64 };
  g_autofree char *path = make ("large.webm", &options), *data = NULL, *lying = NULL;
  const char wide[] = { (char) 0xB0, (char) 0x82, 0x10, 0x10 }, narrow[] = { (char) 0xB0, (char) 0x82, 0x00, 0x40 };
  gsize length;
  char *said;

  g_assert_nonnull (path);
  assert_refused (path, NEG_ERROR_REFUSED, "4096");
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  said = memmem (data, length, wide, sizeof wide);
  g_assert_nonnull (said);
  memcpy (said, narrow, sizeof narrow);
  lying = write_file ("lying.webm", data, length);
  assert_refused (lying, NEG_ERROR_REFUSED, "4096");
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  int fd = open (film, O_RDONLY | O_CLOEXEC);

  g_cancellable_cancel (cancellable);
  g_assert_false (neg_vet_video (fd, cancellable, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  close (fd);
}

/* Bytes, stretches and lengths, as chance has it. */
static void
mutate (guint8 *data, gsize *length, GRand *random)
{
  guint n = g_rand_int_range (random, 1, 12);

  for (guint i = 0; i < n; i++) {
    gsize at = g_rand_int_range (random, 0, *length);
    gsize run = MIN (*length - at, (gsize) g_rand_int_range (random, 1, 40));

    switch (g_rand_int_range (random, 0, 5)) {
    case 0:
      data[at] ^= 1u << g_rand_int_range (random, 0, 8);
      break;
    case 1:
      data[at] = g_rand_boolean (random) ? 0xFF : 0;
      break;
    case 2:
      memset (data + at, g_rand_int_range (random, 0, 256), run);
      break;
    case 3:
      memmove (data + g_rand_int_range (random, 0, *length - run + 1), data + at, run);
      break;
    default:
      if (g_rand_int_range (random, 0, 20) == 0)
        *length = MAX (at, 1);
    }
  }
}

/* Whatever it is, there is an answer, and this program lives. What is refused is refused for its own sake: a filter of calls that
 * kills the engine would be seen as many deaths. */
static void
test_mutations (void)
{
  const char *wanted = g_getenv ("NEGATOSCOPE_MUTATIONS");
  guint n = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : 40, n_good = 0, n_refused = 0, n_died = 0;
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  g_autofree char *data = NULL;
  gsize whole;

  g_assert_true (g_file_get_contents (small, &data, &whole, NULL));
  for (guint i = 0; i < n; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, whole);
    g_autoptr (GError) error = NULL;
    gsize length = whole;
    int fd = memfd_create ("video", MFD_CLOEXEC);

    mutate (copy, &length, random);
    g_assert_cmpint (write (fd, copy, length), ==, length);
    if (neg_vet_video (fd, NULL, NULL, &error))
      n_good++;
    else if (g_error_matches (error, NEG_ERROR, NEG_ERROR_REFUSED))
      n_refused++;
    else
      n_died++;
    close (fd);
    if (error != NULL)
      g_assert_true (error->domain == NEG_ERROR && error->code != NEG_ERROR_PROTOCOL && error->code != NEG_ERROR_TIMEOUT);
  }
  g_test_message ("%u good, %u refused, %u brought the engine down", n_good, n_refused, n_died);
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_died, <=, n / 20);
}

/* An engine that decodes images does not know GStreamer. */
static void
test_others_do_not_load_it (void)
{
  const char *argv[] = { "ldd", g_getenv ("NEGATOSCOPE_ENGINE"), NULL };
  g_autofree char *out = NULL;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL, NULL)) {
    g_test_skip ("no ldd");
    return;
  }
  g_assert_nonnull (strstr (out, "libglib"));
  g_assert_null (strstr (out, "gst"));
}

static void
remove_folder (void)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

int
main (int argc, char **argv)
{
  const FilmOptions whole = { .encoder = "vp8enc", .sound = "vorbisenc", .n_frames = 100 };
  const FilmOptions few = { .encoder = "vp8enc", .n_frames = 6, .width = 64, .height = 48 };
  int code;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("negatoscope-vet-XXXXXX", NULL);
  film = make ("film.webm", &whole);
  small = make ("small.webm", &few);
  if (film == NULL || small == NULL) {
    remove_folder ();
    g_print ("1..0 # SKIP GStreamer has no encoder for VP8\n");
    return 0;
  }
  if (g_getenv ("NEGATOSCOPE_MUTATIONS") == NULL) {
    g_test_add_func ("/vet/good", test_good);
    g_test_add_func ("/vet/other-kinds", test_other_kinds);
    g_test_add_func ("/vet/lies", test_lies);
    g_test_add_func ("/vet/large", test_large);
    g_test_add_func ("/vet/cancelled", test_cancelled);
    g_test_add_func ("/vet/others-do-not-load-it", test_others_do_not_load_it);
  }
  g_test_add_func ("/vet/mutations", test_mutations);
  code = g_test_run ();
  remove_folder ();
  return code;
}
