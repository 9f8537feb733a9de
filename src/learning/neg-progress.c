#include "config.h"

#include "learning/neg-progress.h"

#include <math.h>
#include <string.h>

#include "store/neg-progress-store.h"

#define US_PER_MS 1000
#define JOIN_MS 250             /* a frame or two between stretches that go on */
#define LATE_MS (10 * 60 * 1000) /* an open sitting that was not saved for so long is over, or will be posted once more */
#define NEAR_END_MS 1000

struct _NegWatch {
  NegReadingStore *store;
  NegProgressLine *line;
};

static void
save (NegReadingStore *store, const NegProgressLine *line, gboolean is_open)
{
  g_autofree char *text = neg_progress_line_dup_text (line);
  const NegProgressRow row = {
    .id = line->id,
    .person = line->person,
    .topic = line->topic,
    .line = text,
    .began_ms = line->began_ms,
    .saved_ms = line->ended_ms,
    .is_open = is_open,
  };

  neg_progress_store_save (store, &row);
}

NegWatch *
neg_watch_begin (NegReadingStore *store, const char *person, const NegProgressVideo *video, gint64 now_us)
{
  NegWatch *watch = g_new0 (NegWatch, 1);
  NegProgressLine *line = neg_progress_line_new (NEG_PROGRESS_WATCHED, person != NULL ? person : g_get_user_name (),
                                                 video->topic, now_us / US_PER_MS);

  g_free (line->video);
  line->video = g_strdup (video->video);
  line->revision = video->revision;
  line->duration_ms = CLAMP (video->duration_ms, 1, NEG_VIDEO_MS_MAX);
  watch->store = store;
  watch->line = line;
  return watch;
}

/* A clock that is set back stands still. */
static gint64
move_clock (NegProgressLine *line, gint64 now_us)
{
  line->ended_ms = MAX (line->ended_ms, now_us / US_PER_MS);
  return line->ended_ms - line->began_ms;
}

/* Where playing has gone on; NULL: it is another stretch. */
static NegPlayed *
find_continued (NegProgressLine *line, const NegPlayed *next)
{
  NegPlayed *last;

  if (line->played->len == 0)
    return NULL;
  last = &g_array_index (line->played, NegPlayed, line->played->len - 1);
  return last->to_ms == next->from_ms && last->speed_percent == next->speed_percent
                 && next->began_after_ms - last->ended_after_ms <= JOIN_MS
             ? last
             : NULL;
}

static void
add_played (NegProgressLine *line, const NegPlayed *next)
{
  NegPlayed *last = find_continued (line, next);

  if (last != NULL) {
    last->to_ms = next->to_ms;
    last->ended_after_ms = next->ended_after_ms;
  } else if (line->played->len < NEG_PROGRESS_PLAYED_MAX)
    g_array_append_vals (line->played, next, 1);
}

void
neg_watch_played (NegWatch *watch, gint64 from_us, gint64 to_us, double speed, gint64 now_us)
{
  NegProgressLine *line = watch->line;
  const double rate = isfinite (speed) ? CLAMP (speed, 0.1, 10) : 1;
  NegPlayed next = { .from_ms = CLAMP (from_us / US_PER_MS, 0, line->duration_ms),
                     .to_ms = CLAMP (to_us / US_PER_MS, 0, line->duration_ms),
                     .speed_percent = (guint) lround (rate * 100) };
  const gint64 after_ms = move_clock (line, now_us);

  if (next.from_ms >= next.to_ms)
    return;
  next.ended_after_ms = after_ms;
  next.began_after_ms = MAX (after_ms - (gint64) ((double) (next.to_ms - next.from_ms) / rate), 0);
  add_played (line, &next);
  line->place_ms = next.to_ms;
  save (watch->store, line, TRUE);
}

void
neg_watch_set_place (NegWatch *watch, gint64 place_us)
{
  watch->line->place_ms = CLAMP (place_us / US_PER_MS, 0, watch->line->duration_ms);
}

void
neg_watch_set_captions (NegWatch *watch, const char *language)
{
  g_free (watch->line->captions);
  watch->line->captions = g_strdup (language);
}

void
neg_watch_end (NegWatch *watch, gint64 now_us)
{
  move_clock (watch->line, now_us);
  if (watch->line->played->len > 0)
    save (watch->store, watch->line, FALSE);
  neg_progress_line_free (watch->line);
  g_free (watch);
}

void
neg_progress_add_practice (NegReadingStore *store, const char *person, const char *exercise, gint64 began_us, gint64 ended_us,
                           gboolean is_done, guint n_hints)
{
  g_autoptr (NegProgressLine) line = neg_progress_line_new (
      NEG_PROGRESS_PRACTISED, person != NULL ? person : g_get_user_name (), exercise, began_us / US_PER_MS);

  move_clock (line, ended_us);
  line->is_done = is_done;
  line->n_hints = n_hints;
  save (store, line, FALSE);
}

/* --- reading --- */

/* What cannot be read was written by no version of this program that is known: it is left out. */
static GPtrArray *
parse_all (GPtrArray *texts)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_progress_line_free);

  for (guint i = 0; i < texts->len; i++) {
    NegProgressLine *line = neg_progress_line_parse (texts->pdata[i], strlen (texts->pdata[i]), NULL);

    if (line == NULL)
      continue;
    line->is_own = TRUE;
    g_ptr_array_add (lines, line);
  }
  return lines;
}

GPtrArray *
neg_progress_list (NegReadingStore *store, GError **error)
{
  g_autoptr (GPtrArray) texts = neg_progress_store_list (store, NULL, NULL, error);

  return texts != NULL ? parse_all (texts) : NULL;
}

GPtrArray *
neg_progress_list_file (const char *data_folder, GError **error)
{
  g_autoptr (GPtrArray) texts = neg_progress_store_list_file (data_folder, error);

  return texts != NULL ? parse_all (texts) : NULL;
}

/* The sittings of @person before this very video; given. */
static GPtrArray *
list_of_video (NegReadingStore *store, const char *person, const NegProgressVideo *video)
{
  g_autoptr (GPtrArray) texts
      = neg_progress_store_list (store, person != NULL ? person : g_get_user_name (), video->topic, NULL);
  g_autoptr (GPtrArray) lines = texts != NULL ? parse_all (texts) : g_ptr_array_new ();

  for (guint i = lines->len; i > 0; i--) {
    const NegProgressLine *line = lines->pdata[i - 1];

    if (line->kind != NEG_PROGRESS_WATCHED || strcmp (line->video, video->video) != 0)
      g_ptr_array_remove_index (lines, i - 1);
  }
  return g_steal_pointer (&lines);
}

gint64
neg_progress_get_place_us (NegReadingStore *store, const char *person, const NegProgressVideo *video)
{
  g_autoptr (GPtrArray) lines = list_of_video (store, person, video);
  const NegProgressLine *last = lines->len > 0 ? lines->pdata[lines->len - 1] : NULL;

  if (last == NULL || last->place_ms >= video->duration_ms - NEAR_END_MS)
    return 0;
  return last->place_ms * US_PER_MS;
}

double
neg_progress_get_fraction (NegReadingStore *store, const char *person, const NegProgressVideo *video)
{
  g_autoptr (GPtrArray) lines = list_of_video (store, person, video);
  g_autoptr (NegSegments) segments = neg_segments_new (video->duration_ms);

  for (guint i = 0; i < lines->len; i++)
    neg_progress_line_add_to (lines->pdata[i], segments);
  return neg_segments_get_fraction (segments);
}

/* --- posting --- */

GHashTable *
neg_progress_list_waiting (NegReadingStore *store, gint64 now_us, GError **error)
{
  return neg_progress_store_list_waiting (store, now_us / US_PER_MS - LATE_MS, error);
}

void
neg_progress_set_posted (NegReadingStore *store, const char *id, const char *line)
{
  neg_progress_store_set_posted (store, id, line);
}
