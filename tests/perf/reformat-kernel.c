/* Draws planes out of a volume as it is told, and says how long it took: the part of bench-volume.py that is ours.
 *
 *   reformat-kernel RAW COLUMNS ROWS SLICES [plain|padding|uneven|rescale|incomplete]
 *
 * RAW: stored values of 16 bit, signed, 0.7 x 0.7 x 1 mm apart, the first centre at 0. Each line of the input is
 *   draw THREADS WIDTH HEIGHT SAMPLES ORIGIN(3) X(3) Y(3) STEP(3)
 * of which the answer is milliseconds of the clock, then of the processor, or
 *   save PATH
 * which writes the last picture as floats. */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "imaging/neg-reformat.h"

#define ROWS_AT_ONCE 32
#define THREADS_MAX 64
#define PADDING (-2000)

typedef struct {
  NegVolume *volume;
  NegReformat reformat;
  guint width, height;
  float *values;
  guint8 *covers;
  gint next_row; /* atomic */
} Job;

static void
fail (const char *why)
{
  g_printerr ("reformat-kernel: %s\n", why);
  exit (1);
}

/* A mapped file that is shared, as the pixels of the program are. */
static gint16 *
map_voxels (const char *path, gsize bytes)
{
  int from = open (path, O_RDONLY | O_CLOEXEC), to = memfd_create ("voxels", MFD_CLOEXEC);
  gint16 *voxels;

  if (from < 0 || to < 0 || ftruncate (to, bytes) != 0)
    fail ("no volume");
  voxels = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
  if (voxels == MAP_FAILED)
    fail ("no memory");
  for (gsize done = 0; done < bytes;) {
    gssize n = read (from, (char *) voxels + done, bytes - done);

    if (n <= 0)
      fail ("the volume is too short");
    done += n;
  }
  close (from);
  close (to);
  return voxels;
}

/* What makes a volume less simple than all of one grid and one rescale. */
static void
change (NegVolumeLayout *layout, NegVolumeSlice *slices, const char *variant)
{
  for (guint i = 0; i < layout->n_slices; i++) {
    slices[i] = (NegVolumeSlice){ .origin_mm = { 0, 0, i }, .thickness_mm = 1, .slope = 1, .intercept = -1024 };
    if (strcmp (variant, "uneven") == 0)
      slices[i].origin_mm[2] += 0.004 * (i % 3);
    if (strcmp (variant, "rescale") == 0)
      slices[i].slope = 1 + 0.001 * (i % 7);
  }
  if (strcmp (variant, "padding") == 0)
    layout->padding = (NegPadding){ TRUE, PADDING, PADDING };
}

/* Outside the circle that a scanner sees. */
static void
blank_corners (const NegVolumeLayout *layout, gint16 *voxels)
{
  double radius = MIN (layout->columns, layout->rows) / 2.0;

  for (gsize i = 0; i < (gsize) layout->columns * layout->rows * layout->n_slices; i++) {
    double x = i % layout->columns + 0.5 - layout->columns / 2.0;
    double y = i / layout->columns % layout->rows + 0.5 - layout->rows / 2.0;

    if (x * x + y * y > radius * radius)
      voxels[i] = PADDING;
  }
}

static NegVolume *
make_volume (char **words, const char *variant)
{
  NegVolumeLayout layout = { .orientation = { 1, 0, 0, 0, 1, 0 }, .spacing_mm = { 0.7, 0.7 },
                             .sample_type = NEG_SAMPLE_S16 };
  g_autofree NegVolumeSlice *slices = NULL;
  g_autoptr (GError) error = NULL;
  NegVolume *volume;
  gint16 *voxels;

  layout.columns = (guint) g_ascii_strtoull (words[1], NULL, 10);
  layout.rows = (guint) g_ascii_strtoull (words[2], NULL, 10);
  layout.n_slices = (guint) g_ascii_strtoull (words[3], NULL, 10);
  slices = g_new0 (NegVolumeSlice, layout.n_slices);
  layout.slices = slices;
  change (&layout, slices, variant);
  voxels = map_voxels (words[0], (gsize) 2 * layout.columns * layout.rows * layout.n_slices);
  if (layout.padding.active)
    blank_corners (&layout, voxels);
  volume = neg_volume_new (&layout, voxels, NULL, NULL, &error);
  if (volume == NULL)
    fail (error->message);
  for (guint i = 0; i < volume->n_slices; i++)
    if (strcmp (variant, "incomplete") != 0 || i % 2 == 0)
      neg_volume_set_state (volume, i, NEG_SLICE_READY);
  return volume;
}

static gpointer
work (gpointer data)
{
  Job *job = data;

  for (;;) {
    guint row = (guint) g_atomic_int_add (&job->next_row, ROWS_AT_ONCE);

    if (row >= job->height)
      return NULL;
    neg_reformat_rows (&job->reformat, job->volume, job->width, job->values, job->covers, row,
                       MIN (ROWS_AT_ONCE, job->height - row));
  }
}

static double
now_ms (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

static void
draw (Job *job, guint n_threads)
{
  double wall_ms = now_ms (CLOCK_MONOTONIC), processor_ms = now_ms (CLOCK_PROCESS_CPUTIME_ID);
  GThread *threads[THREADS_MAX];

  job->next_row = 0;
  for (guint i = 1; i < n_threads; i++)
    threads[i] = g_thread_new ("rows", work, job);
  work (job);
  for (guint i = 1; i < n_threads; i++)
    g_thread_join (threads[i]);
  printf ("%.4f %.4f\n", now_ms (CLOCK_MONOTONIC) - wall_ms, now_ms (CLOCK_PROCESS_CPUTIME_ID) - processor_ms);
  fflush (stdout);
}

static void
take (char **words, double to[3])
{
  for (guint i = 0; i < 3; i++)
    to[i] = g_ascii_strtod (words[i], NULL);
}

static void
read_job (Job *job, char **words)
{
  guint width = (guint) g_ascii_strtoull (words[2], NULL, 10), height = (guint) g_ascii_strtoull (words[3], NULL, 10);

  if (width != job->width || height != job->height) {
    gsize n = (gsize) width * height;

    job->values = g_renew (float, job->values, n);
    job->covers = g_renew (guint8, job->covers, n);
    memset (job->values, 0, n * sizeof *job->values);
    memset (job->covers, 0, n);
    job->width = width;
    job->height = height;
  }
  job->reformat = (NegReformat){ .n_samples = (guint) g_ascii_strtoull (words[4], NULL, 10),
                                 .projection = NEG_PROJECTION_MIP,
                                 .interpolation = NEG_INTERPOLATION_LINEAR };
  take (words + 5, job->reformat.origin_mm);
  take (words + 8, job->reformat.x_mm);
  take (words + 11, job->reformat.y_mm);
  take (words + 14, job->reformat.step_mm);
}

static void
save (const Job *job, const char *path)
{
  FILE *file = fopen (path, "wb");
  gsize n = (gsize) job->width * job->height;

  if (file == NULL || fwrite (job->values, sizeof *job->values, n, file) != n || fclose (file) != 0)
    fail ("the picture was not saved");
  printf ("%s\n", neg_reformat_get_way ());
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  Job job = { 0 };
  char line[2000];

  if (argc < 5)
    fail ("RAW COLUMNS ROWS SLICES [VARIANT]");
  job.volume = make_volume (argv + 1, argc > 5 ? argv[5] : "plain");
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", -1);
    guint n = g_strv_length (words);

    if (n == 17 && strcmp (words[0], "draw") == 0) {
      read_job (&job, words);
      draw (&job, CLAMP ((guint) g_ascii_strtoull (words[1], NULL, 10), 1, THREADS_MAX));
    } else if (n == 2 && strcmp (words[0], "save") == 0) {
      save (&job, words[1]);
    } else {
      fail ("draw or save");
    }
  }
  neg_volume_unref (job.volume);
  g_free (job.values);
  g_free (job.covers);
  return 0;
}
