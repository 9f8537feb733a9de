/* draft-victim record FOLDER: records pictures that change, with sound, into a new draft until it is killed; says "begun" with
 * the first. draft-victim list FOLDER: a line for each draft as the program finds it: folder, length in ms, recording,
 * interrupted. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "learning/neg-draft.h"
#include "media/neg-take.h"
#include "ui/neg-draft-work.h"

#define WIDTH 320u
#define HEIGHT 200u

static GBytes *
new_picture (guint i)
{
  gsize bytes = 4 * WIDTH * HEIGHT;
  guint8 *pixels = g_malloc (bytes);

  for (gsize at = 0; at < bytes; at++)
    pixels[at] = (at / 4 + 3 * i) * (at / (4 * WIDTH) + 1);
  return g_bytes_new_take (pixels, bytes);
}

static int
record (const char *folder)
{
  NegTakeOptions options = { .width = WIDTH, .height = HEIGHT, .sound = NEG_TAKE_TEST_SOUND };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDraft) draft = neg_draft_new (folder, &error);
  int fd = draft != NULL ? neg_draft_create_take (draft, &error) : -1;
  NegTake *take = fd >= 0 ? neg_take_new (fd, &options, &error) : NULL;

  for (guint i = 0; take != NULL; i++) {
    g_autoptr (GBytes) picture = new_picture (i);

    if (!neg_take_push (take, picture, 4 * WIDTH, g_get_monotonic_time (), NULL, &error))
      break;
    if (i == 0) {
      puts ("begun");
      fflush (stdout);
    }
    g_usleep (66000);
  }
  g_printerr ("%s\n", error != NULL ? error->message : "?");
  return 1;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer loop)
{
  g_autoptr (GPtrArray) drafts = neg_draft_work_list_finish (result, NULL);

  for (guint i = 0; i < drafts->len; i++) {
    const NegDraft *draft = g_ptr_array_index (drafts, i);

    printf ("%s %" G_GINT64_FORMAT " %d %d\n", draft->folder, draft->duration_us / 1000, draft->is_recording,
            draft->was_interrupted);
  }
  g_main_loop_quit (loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (argc != 3)
    return 2;
  if (strcmp (argv[1], "record") == 0)
    return record (argv[2]);
  neg_draft_work_list_async (argv[2], NULL, listed_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
