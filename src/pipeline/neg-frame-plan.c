#include "config.h"

#include "pipeline/neg-frame-plan-private.h"

/* How many frames about the one on screen count as neighbours. */
#define NEIGHBOURS 8

/* Ahead in the scroll direction for each one behind. */
#define AHEAD 4

/* The stages in which frames are asked for: wishes first..end - 1 in turns. */
typedef enum { LIMIT_SCREEN, LIMIT_NEAR, LIMIT_WANTED } Limit;

typedef struct {
  gboolean active, others;
  Limit limit;
  NegPriority priority;
} Stage;

static const Stage stages[] = {
  { TRUE, TRUE, LIMIT_SCREEN, NEG_PRIORITY_ON_SCREEN },
  { TRUE, FALSE, LIMIT_NEAR, NEG_PRIORITY_NEIGHBOUR },
  { FALSE, TRUE, LIMIT_NEAR, NEG_PRIORITY_NEIGHBOUR },
  { TRUE, FALSE, LIMIT_WANTED, NEG_PRIORITY_SERIES },
  { FALSE, TRUE, LIMIT_WANTED, NEG_PRIORITY_BACKGROUND },
};

#define N_URGENT_STAGES 2

static guint
get_limit (const NegFramePlanWish *wish, Limit limit)
{
  switch (limit) {
  case LIMIT_SCREEN:
    return 1;
  case LIMIT_NEAR:
    return wish->n_near;
  case LIMIT_WANTED:
  default:
    return wish->n_wanted;
  }
}

/* How many of the first @n of the order, that on screen not counted, lie ahead and behind. */
static void
count_sides (const NegFramePlanWish *wish, guint n, guint *ahead, guint *behind)
{
  guint n_ahead = wish->step > 0 ? wish->n_frames - 1 - wish->index : wish->index;
  guint n_behind = wish->n_frames - 1 - n_ahead;

  *behind = MIN (n / (AHEAD + 1), n_behind);
  *ahead = MIN (n - *behind, n_ahead);
  *behind = n - *ahead;
}

static guint
get_index (const NegFramePlanWish *wish, guint place)
{
  guint ahead, behind, ahead_before, behind_before;

  if (place == 0)
    return wish->index;
  count_sides (wish, place - 1, &ahead_before, &behind_before);
  count_sides (wish, place, &ahead, &behind);
  return ahead > ahead_before ? wish->index + wish->step * (int) ahead : wish->index - wish->step * (int) behind;
}

static gboolean
is_within (const NegFramePlanWish *wish, guint index, guint limit)
{
  gint64 distance = ((gint64) index - wish->index) * wish->step;
  guint ahead, behind;

  if (limit == 0)
    return FALSE;
  count_sides (wish, limit - 1, &ahead, &behind);
  return distance <= ahead && -distance <= behind;
}

/* The budget */

static void
give (NegFramePlanWish *wish, guint n_max, guint64 *left_bytes)
{
  guint64 n = MIN (MIN (n_max, wish->n_frames - wish->n_wanted), *left_bytes / wish->frame_bytes);

  wish->n_wanted += n;
  *left_bytes -= n * wish->frame_bytes;
}

/* The rest of the others: as many frames for each as can be had. */
static void
share_rest (NegFramePlan *plan, guint64 left_bytes)
{
  guint64 n_each;

  do {
    guint64 sum_bytes = 0;

    for (guint i = 1; i < plan->n_wishes; i++)
      if (plan->wishes[i].is_first && plan->wishes[i].n_wanted < plan->wishes[i].n_frames)
        sum_bytes += plan->wishes[i].frame_bytes;
    n_each = sum_bytes > 0 ? MIN (left_bytes / sum_bytes, G_MAXUINT) : 0;
    for (guint i = 1; i < plan->n_wishes && n_each > 0; i++)
      if (plan->wishes[i].is_first)
        give (&plan->wishes[i], n_each, &left_bytes);
  } while (n_each > 0);
}

static gboolean
is_affordable (const NegFramePlan *plan, guint64 budget_bytes)
{
  guint64 left_bytes = budget_bytes;

  for (guint i = 0; i < plan->n_wishes; i++) {
    const NegFramePlanWish *wish = &plan->wishes[i];

    if (!wish->is_first)
      continue;
    if (wish->n_frames > left_bytes / wish->frame_bytes)
      return FALSE;
    left_bytes -= wish->n_frames * wish->frame_bytes;
  }
  return TRUE;
}

static void
spend (NegFramePlan *plan, guint64 budget_bytes)
{
  guint64 left_bytes = budget_bytes;

  for (guint i = 0; i < plan->n_wishes; i++) {
    plan->wishes[i].n_wanted = 1;
    left_bytes -= MIN (left_bytes, plan->wishes[i].frame_bytes);
  }
  if (is_affordable (plan, budget_bytes))
    left_bytes = G_MAXUINT64;
  for (guint i = 0; i < plan->n_wishes; i++) {
    give (&plan->wishes[i], NEIGHBOURS, &left_bytes);
    plan->wishes[i].n_near = plan->wishes[i].n_wanted;
  }
  if (plan->n_wishes > 0)
    give (&plan->wishes[0], G_MAXUINT, &left_bytes);
  share_rest (plan, left_bytes);
}

/* Taking wishes */

static gboolean
is_usable (const NegFrameWish *wish)
{
  return wish->series != NULL && wish->index < neg_series_get_n_frames (wish->series);
}

static void
add_wish (NegFramePlan *plan, const NegFrameWish *wish)
{
  NegFramePlanWish *own = &plan->wishes[plan->n_wishes];

  *own = (NegFramePlanWish){
    .series = g_object_ref (wish->series),
    .index = wish->index,
    .n_frames = neg_series_get_n_frames (wish->series),
    .step = wish->step < 0 ? -1 : 1,
    .frame_bytes = MAX (neg_series_get_frame_bytes (wish->series), 1),
    .is_first = TRUE,
  };
  for (guint i = 0; i < plan->n_wishes; i++)
    own->is_first = own->is_first && plan->wishes[i].series != wish->series;
  plan->n_wishes++;
}

/* The wishes as they are kept: the active one, then the others in their order; at most all of them. */
static guint
put_in_order (const NegFrameWish *wishes, guint n_wishes, const NegFrameWish *ordered[NEG_FRAME_WISHES_MAX])
{
  const NegFrameWish *active = NULL;
  guint n = 0;

  for (guint i = 0; i < n_wishes; i++)
    if (is_usable (&wishes[i]) && (active == NULL || (wishes[i].active && !active->active)))
      active = &wishes[i];
  if (active != NULL)
    ordered[n++] = active;
  for (guint i = 0; i < n_wishes && n < NEG_FRAME_WISHES_MAX; i++)
    if (is_usable (&wishes[i]) && &wishes[i] != active)
      ordered[n++] = &wishes[i];
  return n;
}

void
_neg_frame_plan_clear (NegFramePlan *plan)
{
  for (guint i = 0; i < plan->n_wishes; i++)
    g_object_unref (plan->wishes[i].series);
  plan->n_wishes = plan->stage = plan->turn = 0;
}

void
_neg_frame_plan_set (NegFramePlan *plan, const NegFrameWish *wishes, guint n_wishes, guint64 budget_bytes)
{
  const NegFrameWish *ordered[NEG_FRAME_WISHES_MAX];
  guint n = put_in_order (wishes, n_wishes, ordered);
  NegFramePlan old = *plan; /* keeps the series alive until the new plan has them */

  plan->n_wishes = plan->stage = plan->turn = 0;
  for (guint i = 0; i < n; i++)
    add_wish (plan, ordered[i]);
  spend (plan, budget_bytes);
  _neg_frame_plan_clear (&old);
}

gboolean
_neg_frame_plan_equals (const NegFramePlan *plan, const NegFrameWish *wishes, guint n_wishes)
{
  const NegFrameWish *ordered[NEG_FRAME_WISHES_MAX];

  if (put_in_order (wishes, n_wishes, ordered) != plan->n_wishes)
    return FALSE;
  for (guint i = 0; i < plan->n_wishes; i++) {
    const NegFramePlanWish *own = &plan->wishes[i];

    if (own->series != ordered[i]->series || own->index != ordered[i]->index
        || own->step != (ordered[i]->step < 0 ? -1 : 1))
      return FALSE;
  }
  return TRUE;
}

/* Asking the plan */

gboolean
_neg_frame_plan_is_urgent (const NegFramePlan *plan)
{
  return plan->stage < N_URGENT_STAGES;
}

gboolean
_neg_frame_plan_next (NegFramePlan *plan, NegSeries **series, guint *index, NegPriority *priority)
{
  for (; plan->stage < G_N_ELEMENTS (stages); plan->stage++, plan->turn = 0) {
    const Stage *stage = &stages[plan->stage];
    guint first = stage->active ? 0 : 1;
    guint end = stage->others ? plan->n_wishes : MIN (plan->n_wishes, 1);

    for (guint i = first; i < end; i++) {
      NegFramePlanWish *wish = &plan->wishes[first + plan->turn++ % (end - first)];

      if (wish->next >= get_limit (wish, stage->limit))
        continue;
      *series = wish->series;
      *index = get_index (wish, wish->next++);
      *priority = stage->priority;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
wants (const NegFramePlan *plan, guint wish_index, guint index, NegPriority *priority)
{
  const NegFramePlanWish *wish = &plan->wishes[wish_index];

  if (!is_within (wish, index, wish->n_wanted))
    return FALSE;
  if (index == wish->index)
    *priority = NEG_PRIORITY_ON_SCREEN;
  else if (is_within (wish, index, wish->n_near))
    *priority = MIN (*priority, NEG_PRIORITY_NEIGHBOUR);
  else
    *priority = MIN (*priority, wish_index == 0 ? NEG_PRIORITY_SERIES : NEG_PRIORITY_BACKGROUND);
  return TRUE;
}

gboolean
_neg_frame_plan_find (const NegFramePlan *plan, NegSeries **series, guint *index, NegPriority *priority)
{
  const NegSeriesFrame *frame;
  gboolean is_known = FALSE, is_wanted = FALSE;
  guint place;

  *priority = NEG_PRIORITY_BACKGROUND;
  for (guint i = 0; i < plan->n_wishes; i++)
    if (plan->wishes[i].series == *series) {
      is_known = TRUE;
      is_wanted |= wants (plan, i, *index, priority);
    }
  /* A frame is in one of the series that are built together. */
  if (is_known)
    return is_wanted;
  frame = neg_series_get_frame (*series, *index);
  for (guint i = 0; i < plan->n_wishes; i++)
    if (neg_series_find_blob (plan->wishes[i].series, neg_blob_get_id (frame->blob), frame->frame, &place)) {
      *series = plan->wishes[i].series;
      *index = place;
      return _neg_frame_plan_find (plan, series, index, priority);
    }
  return FALSE;
}
