#include "config.h"

#include "learning/neg-practice.h"

#include <string.h>

#define STEPS_MAX 8

struct _NegPractice {
  const NegExercise *exercise;
  NegPracticeTruth truth;
  gint64 began_us, step_us, done_us;
  guint step, n_hints;
  gboolean is_hinted;
  gboolean seen_unmet[STEPS_MAX]; /* since the exercise began */
  gboolean is_so_already;
  const char *remark;
};

NegPractice *
neg_practice_new (const NegExercise *exercise, const NegPracticeTruth *truth, gint64 now_us)
{
  NegPractice *practice = g_new0 (NegPractice, 1);

  g_assert (exercise->n_steps <= STEPS_MAX);
  practice->exercise = exercise;
  practice->truth = *truth;
  practice->began_us = practice->step_us = now_us;
  return practice;
}

void
neg_practice_free (NegPractice *practice)
{
  g_free (practice);
}

static const NegPracticeStep *
get_current (const NegPractice *practice)
{
  return &practice->exercise->steps[practice->step];
}

static void
note_unmet (NegPractice *practice, const NegPracticeFacts *facts)
{
  for (guint i = practice->step; i < practice->exercise->n_steps; i++)
    if (!practice->exercise->steps[i].is_met (facts, &practice->truth, practice->began_us))
      practice->seen_unmet[i] = TRUE;
}

static gboolean
is_met (const NegPractice *practice, const NegPracticeFacts *facts)
{
  return get_current (practice)->is_met (facts, &practice->truth, practice->began_us);
}

/* As many steps as are done. */
static void
advance (NegPractice *practice, const NegPracticeFacts *facts, gint64 now_us)
{
  while (practice->step < practice->exercise->n_steps && is_met (practice, facts)
         && (get_current (practice)->is_given || practice->seen_unmet[practice->step])) {
    practice->step++;
    practice->step_us = now_us;
    practice->is_hinted = FALSE;
  }
}

static void
show_hint (NegPractice *practice)
{
  practice->is_hinted = TRUE;
  practice->n_hints++;
}

gboolean
neg_practice_update (NegPractice *practice, const NegPracticeFacts *facts, gint64 now_us)
{
  const NegPractice before = *practice;

  if (practice->done_us != 0)
    return FALSE;
  note_unmet (practice, facts);
  advance (practice, facts, now_us);
  practice->is_so_already = FALSE;
  practice->remark = NULL;
  if (practice->step == practice->exercise->n_steps) {
    practice->done_us = MAX (now_us, practice->began_us + 1);
    return TRUE;
  }
  practice->is_so_already = is_met (practice, facts);
  if (get_current (practice)->remark != NULL)
    practice->remark = get_current (practice)->remark (facts, &practice->truth, practice->began_us);
  if (!practice->is_hinted && now_us - practice->step_us >= NEG_PRACTICE_HINT_S * G_USEC_PER_SEC)
    show_hint (practice);
  return before.step != practice->step || before.is_hinted != practice->is_hinted
         || before.is_so_already != practice->is_so_already || before.remark != practice->remark;
}

void
neg_practice_ask_hint (NegPractice *practice)
{
  if (practice->done_us == 0 && !practice->is_hinted)
    show_hint (practice);
}

const NegExercise *
neg_practice_get_exercise (const NegPractice *practice)
{
  return practice->exercise;
}

guint
neg_practice_get_step (const NegPractice *practice)
{
  return practice->step;
}

gboolean
neg_practice_is_done (const NegPractice *practice)
{
  return practice->done_us != 0;
}

gboolean
neg_practice_is_hinted (const NegPractice *practice)
{
  return practice->is_hinted;
}

gboolean
neg_practice_is_so_already (const NegPractice *practice)
{
  return practice->is_so_already;
}

const char *
neg_practice_get_remark (const NegPractice *practice)
{
  return practice->remark;
}

guint
neg_practice_get_n_hints (const NegPractice *practice)
{
  return practice->n_hints;
}

gint64
neg_practice_get_began_us (const NegPractice *practice)
{
  return practice->began_us;
}

gint64
neg_practice_get_done_us (const NegPractice *practice)
{
  return practice->done_us;
}
