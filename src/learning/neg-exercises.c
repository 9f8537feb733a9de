/* The exercises: what is to be done, and how it is seen that it was. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "learning/neg-practice.h"

/* How near is right. The nodule has spikes and a rough edge: readers differ by a few millimetres (a repeated measurement of a
 * nodule by hand is held to about 2 mm), and somebody who learns may differ by more. */
#define SLICE_MM 6.0
#define POINT_MM 6.0
#define MIDDLE_MM 6.0
#define DIAMETER_PART 0.3
/* A window for lung: around what air and vessels in it have (HU). */
#define LUNG_CENTER_MIN -900.0
#define LUNG_CENTER_MAX -300.0
#define LUNG_WIDTH_MIN 900.0
#define LUNG_WIDTH_MAX 2500.0

static const NegPracticeCell *
get_active (const NegPracticeFacts *facts)
{
  return facts->active < facts->n_cells ? &facts->cells[facts->active] : NULL;
}

static gboolean
shows (const NegPracticeCell *cell, const NegPracticeTruth *truth, const char *date)
{
  return cell != NULL && strcmp (cell->modality, "CT") == 0 && strcmp (cell->patient_id, truth->patient_id) == 0
         && strcmp (cell->study_date, date) == 0;
}

/* How far the nodule lies from the plane of the image; INFINITY where that is unknown. */
static double
get_distance_mm (const NegPracticeCell *cell, const double point_mm[3])
{
  double distance_mm = 0;

  if (!cell->has_place)
    return INFINITY;
  for (guint i = 0; i < 3; i++)
    distance_mm += (point_mm[i] - cell->middle_mm[i]) * cell->normal[i];
  return fabs (distance_mm);
}

static double
get_length_mm (const double a[3], const double b[3])
{
  return sqrt ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

/* --- what is met --- */

static gboolean
is_open (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return facts->has_planes || shows (get_active (facts), truth, truth->study_date);
}

static gboolean
has_lung_window (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  const NegPracticeCell *cell = get_active (facts);

  return !facts->has_planes && shows (cell, truth, truth->study_date) && cell->window_center >= LUNG_CENTER_MIN
         && cell->window_center <= LUNG_CENTER_MAX && cell->window_width >= LUNG_WIDTH_MIN && cell->window_width <= LUNG_WIDTH_MAX;
}

static gboolean
is_at_nodule (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  const NegPracticeCell *cell = get_active (facts);

  return !facts->has_planes && shows (cell, truth, truth->study_date) && fabs (cell->normal[2]) > 0.9
         && get_distance_mm (cell, truth->nodule_mm) <= SLICE_MM;
}

typedef enum { LENGTH_NONE, LENGTH_ELSEWHERE, LENGTH_WRONG, LENGTH_RIGHT } LengthResult;

static LengthResult
judge (const NegPracticeLength *length, const NegPracticeTruth *truth)
{
  const double long_mm = get_length_mm (length->from_mm, length->to_mm);
  double middle_mm[3];

  for (guint i = 0; i < 3; i++)
    middle_mm[i] = (length->from_mm[i] + length->to_mm[i]) / 2;
  if (get_length_mm (middle_mm, truth->nodule_mm) > MIDDLE_MM)
    return LENGTH_ELSEWHERE;
  return fabs (long_mm - truth->nodule_diameter_mm) <= DIAMETER_PART * truth->nodule_diameter_mm ? LENGTH_RIGHT : LENGTH_WRONG;
}

/* The best one that was drawn or changed since the exercise began. */
static LengthResult
judge_all (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  LengthResult best = LENGTH_NONE;

  for (guint i = 0; i < facts->n_lengths; i++)
    if (facts->lengths[i].changed_us >= since_us)
      best = MAX (best, judge (&facts->lengths[i], truth));
  return best;
}

static gboolean
is_measured (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return judge_all (facts, truth, since_us) == LENGTH_RIGHT;
}

static const char *
remark_measured (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  switch (judge_all (facts, truth, since_us)) {
  case LENGTH_ELSEWHERE:
    return N_ ("This length is not on the nodule. Take its ends and move them, or delete it and draw another one.");
  case LENGTH_WRONG:
    return N_ ("This is not its largest diameter. Take an end of the line and move it.");
  default:
    return NULL;
  }
}

static gboolean
has_planes (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return facts->has_planes;
}

static gboolean
is_point_at_nodule (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return facts->has_planes && get_length_mm (facts->point_mm, truth->nodule_mm) <= POINT_MM;
}

static gboolean
shows_both (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  gboolean now = FALSE, before = FALSE;

  for (guint i = 0; i < facts->n_cells && !facts->has_planes; i++) {
    now = now || shows (&facts->cells[i], truth, truth->study_date);
    before = before || shows (&facts->cells[i], truth, truth->prior_date);
  }
  return now && before;
}

/* Each with the nodule in it; a viewport with something else is nobody's matter. */
static gboolean
shows_both_nodules (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  gboolean now = FALSE, before = FALSE;

  for (guint i = 0; i < facts->n_cells && !facts->has_planes; i++) {
    const gboolean is_near = get_distance_mm (&facts->cells[i], truth->nodule_mm) <= SLICE_MM && fabs (facts->cells[i].normal[2]) > 0.9;

    now = now || (is_near && shows (&facts->cells[i], truth, truth->study_date));
    before = before || (is_near && shows (&facts->cells[i], truth, truth->prior_date));
  }
  return now && before;
}

static gboolean
has_four (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return !facts->has_planes && facts->rows == 2 && facts->columns == 2;
}

static gboolean
is_synchronized (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return !facts->has_planes && facts->is_synchronized;
}

static gboolean
has_lines (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return !facts->has_planes && facts->has_lines;
}

static gboolean
has_one (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return !facts->has_planes && facts->rows == 1 && facts->columns == 1;
}

static gboolean
is_inverted (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  const NegPracticeCell *cell = get_active (facts);

  return !facts->has_planes && cell != NULL && cell->is_inverted;
}

static gboolean
is_mirrored (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  const NegPracticeCell *cell = get_active (facts);

  return !facts->has_planes && cell != NULL && cell->is_mirrored;
}

static gboolean
is_as_stored (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  const NegPracticeCell *cell = get_active (facts);

  return !facts->has_planes && shows (cell, truth, truth->study_date) && !cell->is_inverted && !cell->is_mirrored && cell->turns == 0;
}

static gboolean
has_key (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  for (guint i = 0; i < facts->n_keys; i++)
    if (facts->keys[i].changed_us >= since_us && fabs (facts->keys[i].middle_mm[2] - truth->nodule_mm[2]) <= SLICE_MM)
      return TRUE;
  return FALSE;
}

static gboolean
is_saved (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return !facts->is_unsaved && has_key (facts, truth, since_us);
}

static gboolean
is_claimed (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return facts->n_claimed > 0;
}

static gboolean
is_free (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us)
{
  return facts->n_claimed == 0;
}

/* --- the exercises --- */

#define OPEN_STEP \
  { .text = N_ ("Show the newest CT of the chest of Beispiel, Jürgen."), \
    .hint = N_ ("In the reading list (F9) choose “CT chest with contrast” of 14 September 2026 and press Enter. Then take the first of its " \
                "two large series: Right is the next series."), \
    .is_given = TRUE, .is_met = is_open }
#define NODULE_STEP(given) \
  { .text = N_ ("Scroll to the nodule in the right upper lobe."), \
    .hint = N_ ("Down and Up go image by image, Page Down and Page Up ten at a time. The nodule is 32 mm above the carina, at the outer " \
                "edge of the right lung: at the left of the picture."), \
    .action = "image.next", .is_given = given, .is_met = is_at_nodule }

static const NegPracticeStep window_steps[] = {
  OPEN_STEP,
  { .text = N_ ("Give it a window for lung, so that the vessels are seen to the pleura."),
    .hint = N_ ("The keys 1 to 9 are the customary windows of CT, and the menu Window names them. Or drag with the window tool: to the "
                "right is wider."),
    .action = "view.preset(2)", .is_met = has_lung_window },
};

static const NegPracticeStep scroll_steps[] = { OPEN_STEP, NODULE_STEP (FALSE) };

static const NegPracticeStep measure_steps[] = {
  OPEN_STEP,
  NODULE_STEP (TRUE),
  { .text = N_ ("Measure the largest diameter of the nodule with a length."),
    .hint = N_ ("Take the length tool, and drag from edge to edge where the nodule is largest. It is not quite 2 cm. Without a mouse: Insert "
                "places a length, arrows move it, Ctrl+Shift+arrows move its last point."),
    .action = "tool.length", .is_met = is_measured, .remark = remark_measured },
};

static const NegPracticeStep planes_steps[] = {
  OPEN_STEP,
  { .text = N_ ("Show the planes of this volume."),
    .hint = N_ ("The series needs many thin slices: “Chest 1.5 soft” or “Chest 3.0 lung”."),
    .action = "volume.show", .is_met = has_planes },
  { .text = N_ ("Put the point where the three planes meet into the nodule."),
    .hint = N_ ("Scroll the axial plane to the nodule, then click on it with the tool “the same point everywhere”. All planes go there."),
    .action = "tool.crosshair", .is_met = is_point_at_nodule },
};

static const NegPracticeStep prior_steps[] = {
  OPEN_STEP,
  { .text = N_ ("Show the CT of the year before beside it."),
    .hint = N_ ("One key looks for the prior that answers best and shows it in the next viewport. Or drag the older study's series from the "
                "timeline into a second viewport."),
    .action = "worklist.compare", .is_met = shows_both },
  { .text = N_ ("Find the nodule in both. Has it grown?"),
    .hint = N_ ("Scroll each to the nodule. Scrolling together, from there on, keeps them side by side."),
    .action = "view.synchronize", .is_met = shows_both_nodules },
};

static const NegPracticeStep layout_steps[] = {
  OPEN_STEP,
  { .text = N_ ("Show four viewports."), .hint = N_ ("Or choose rows and columns in the tool strip."), .action = "layout.grid('2x2')",
    .is_met = has_four },
  { .text = N_ ("Let them scroll together."), .hint = N_ ("It is a switch: the same key lets them go again."),
    .action = "view.synchronize", .is_met = is_synchronized },
  { .text = N_ ("Show the reference lines."), .hint = N_ ("They show where the active image cuts the others."), .action = "view.lines",
    .is_met = has_lines },
  { .text = N_ ("Go back to one viewport."), .hint = N_ ("The active viewport's image stays."), .action = "layout.grid('1x1')",
    .is_met = has_one },
};

static const NegPracticeStep turn_steps[] = {
  OPEN_STEP,
  { .text = N_ ("Exchange black and white."), .hint = N_ ("One key does it, and back."), .action = "view.invert", .is_met = is_inverted },
  { .text = N_ ("Exchange left and right, and watch the letters at the edges."),
    .hint = N_ ("The letters R and L follow the image: they say where the patient's sides are now."), .action = "view.flip-horizontal",
    .is_met = is_mirrored },
  { .text = N_ ("Bring everything back as the file says."), .hint = N_ ("One key undoes window, place and turn."),
    .action = "view.reset", .is_met = is_as_stored },
};

static const NegPracticeStep key_steps[] = {
  OPEN_STEP,
  NODULE_STEP (TRUE),
  { .text = N_ ("Mark this image as a key image."), .hint = N_ ("The same key takes the mark back."), .action = "state.key-image",
    .is_met = has_key },
  { .text = N_ ("Save it, so that others see it."),
    .hint = N_ ("Views, measurements and key images are saved together; a line at the bottom says what was."), .action = "state.save",
    .is_met = is_saved },
};

static const NegPracticeStep claim_steps[] = {
  { .text = N_ ("Nothing is claimed by you at first."), .hint = N_ ("Release what you have claimed in the reading list."),
    .action = "list.release", .is_given = TRUE, .is_met = is_free },
  { .text = N_ ("Claim a study in the reading list, without opening it."),
    .hint = N_ ("Go to the reading list, choose a study with the arrows and press the key there. Others see at once who reads it."),
    .action = "list.claim", .is_met = is_claimed },
  { .text = N_ ("Release it again, for somebody else."), .hint = N_ ("The same place, with Shift."), .action = "list.release",
    .is_met = is_free },
};

#define STEPS(steps) steps, G_N_ELEMENTS (steps)

static const NegExercise exercises[] = {
  { "practice-window", N_ ("A window for lung"), "scrolling-and-window", STEPS (window_steps) },
  { "practice-scroll", N_ ("To an image"), "scrolling-and-window", STEPS (scroll_steps) },
  { "practice-turn", N_ ("Invert, mirror, and back"), "scrolling-and-window", STEPS (turn_steps) },
  { "practice-layout", N_ ("Four viewports that scroll together"), "layout", STEPS (layout_steps) },
  { "practice-measure", N_ ("Measure the nodule"), "measuring", STEPS (measure_steps) },
  { "practice-key-image", N_ ("A key image, saved"), "measuring", STEPS (key_steps) },
  { "practice-planes", N_ ("Three planes through one point"), "mpr", STEPS (planes_steps) },
  { "practice-prior", N_ ("Find and compare the prior"), "comparing-with-a-prior", STEPS (prior_steps) },
  { "practice-claim", N_ ("Claim a study, and release it"), "worklist-and-claiming", STEPS (claim_steps) },
};

guint
neg_exercises_get_n (void)
{
  return G_N_ELEMENTS (exercises);
}

const NegExercise *
neg_exercises_get (guint index)
{
  return index < G_N_ELEMENTS (exercises) ? &exercises[index] : NULL;
}

const NegExercise *
neg_exercises_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (exercises); i++)
    if (strcmp (exercises[i].id, id) == 0)
      return &exercises[i];
  return NULL;
}
