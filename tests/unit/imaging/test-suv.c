/* SUV by body weight (imaging-correctness J, pitfall 28; PS3.3 C.8.9). */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-suv.h"

/* 70 kg, 370 MBq at 09:00, scan at 10:00 as a whole: t = 3600 s, half of it 6586.2 s. */
static NegInstance *
usual_new (void)
{
  NegInstance *instance = neg_instance_new ();

  instance->frames = 1;
  instance->series_date = g_strdup ("20240315");
  instance->series_time = g_strdup ("100000");
  instance->acquisition_date = g_strdup ("20240315");
  instance->acquisition_time = g_strdup ("100000");
  instance->pet = (NegPetInfo){
    .is_present = TRUE,
    .units = g_strdup ("BQML"),
    .corrected_image = g_strdup ("NORM\\DTIM\\ATTN\\SCAT\\DECY"),
    .decay_correction = g_strdup ("START"),
    .weight_kg = 70,
    .total_dose = 370e6,
    .half_life_s = 6586.2,
    .injection_time = g_strdup ("090000"),
    .frame_reference_time_ms = NAN,
    .actual_frame_duration_ms = NAN,
    .philips_suv_factor = NAN,
    .philips_activity_factor = NAN,
  };
  return instance;
}

static void
set_text (char **field, const char *text)
{
  g_free (*field);
  *field = g_strdup (text);
}

static NegSuv
compute (const NegInstance *instance, const char *earliest)
{
  g_autoptr (GError) error = NULL;
  NegSuv suv;

  g_assert_true (neg_suv_init (&suv, instance, 0, earliest, &error));
  g_assert_no_error (error);
  return suv;
}

static void
assert_refused (const NegInstance *instance, const char *word)
{
  g_autoptr (GError) error = NULL;
  NegSuv suv;

  g_assert_false (neg_suv_init (&suv, instance, 0, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, word));
}

/* J 5: corrected to the injection, nothing decays. 70 * 1000 / 370e6 = 1.8919e-4. */
static void
test_pitfall_28_admin (void)
{
  g_autoptr (NegInstance) instance = usual_new ();
  NegSuv suv;

  set_text (&instance->pet.decay_correction, "ADMIN");
  set_text (&instance->pet.injection_time, NULL);
  suv = compute (instance, NULL);
  g_assert_cmpfloat_with_epsilon (suv.factor, 70000 / 370e6, 1e-15);
  g_assert_cmpfloat (suv.decay_s, ==, 0);
}

/* J 6: of the series, not of this slice. The series' time lies after its first acquisition: it was rewritten. */
static void
test_earliest_of_series (void)
{
  g_autoptr (NegInstance) instance = usual_new ();
  NegSuv suv;

  set_text (&instance->acquisition_time, "103000");
  suv = compute (instance, "20240315095900.00");
  g_assert_cmpfloat_with_epsilon (suv.decay_s, 3540, 1e-6);
  g_assert_true (suv.is_assumed);
  suv = compute (instance, "20240315100000");
  g_assert_cmpfloat_with_epsilon (suv.decay_s, 3600, 1e-6);
  g_assert_false (suv.is_assumed);
}

/* J 6: acquisition 10:10:00 + T_ave - 300 s. T = 1200 s, lambda T = 0.693147 * 1200 / 6586.2 = 0.126292;
 * 1 - e^-0.126292 = 0.118643; ln (0.126292 / 0.118643) = 0.062481; / lambda (1.05243e-4) = 593.68 s.
 * 4200 + 593.68 - 300 = 4493.68 s. */
static void
test_frame_reference_time (void)
{
  g_autoptr (NegInstance) instance = usual_new ();
  NegSuv suv;

  set_text (&instance->series_time, "150000");
  set_text (&instance->acquisition_time, "101000");
  instance->pet.frame_reference_time_ms = 300000;
  instance->pet.actual_frame_duration_ms = 1200000;
  suv = compute (instance, NULL);
  g_assert_cmpfloat_with_epsilon (suv.decay_s, 4493.68, 0.05);
  g_assert_false (suv.is_assumed);
}

/* J 7: 00:30 after an injection of 23:30 without a date. */
static void
test_past_midnight (void)
{
  g_autoptr (NegInstance) instance = usual_new ();

  set_text (&instance->series_time, "003000");
  set_text (&instance->acquisition_time, "003000");
  set_text (&instance->pet.injection_time, "233000.000");
  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).decay_s, 3600, 1e-6);
}

/* The scanner writes UTC with its offset, the object says +0100: 08:00+0000 is 09:00 on its clock. */
static void
test_timezone (void)
{
  g_autoptr (NegInstance) instance = usual_new ();

  set_text (&instance->pet.injection_datetime, "20240315080000+0000");
  set_text (&instance->pet.timezone, "+0100");
  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).decay_s, 3600, 1e-6);
  set_text (&instance->pet.injection_datetime, "20240315083000-0030");
  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).decay_s, 0, 1e-6);
}

/* C.8.22.4: MBq. */
static void
test_enhanced_dose (void)
{
  g_autoptr (NegInstance) instance = usual_new ();
  double factor = compute (instance, NULL).factor;

  instance->pet.is_enhanced = TRUE;
  instance->pet.total_dose = 370;
  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).factor, factor, 1e-12);
}

static NegInstance *
enhanced_new (const char *unit, double slope)
{
  NegInstance *instance = usual_new ();

  set_text (&instance->pet.units, NULL);
  set_text (&instance->pet.decay_correction, NULL);
  set_text (&instance->pet.decay_correction_datetime, "20240315100000");
  set_text (&instance->pet.injection_datetime, "20240315090000");
  instance->pet.is_enhanced = TRUE;
  instance->pet.total_dose = 370;
  instance->frames = 2;
  instance->bits_stored = 16;
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->frame_infos->rescale_slope = 2;
  instance->n_real_world_maps = 1;
  instance->real_world_maps = g_new0 (NegRealWorldMap, 1);
  instance->real_world_maps->last_mapped = 65535;
  instance->real_world_maps->slope = slope;
  instance->real_world_maps->units_code = g_strdup (unit);
  return instance;
}

/* Modality values are twice the stored ones; a stored one is 6 Bq/ml, so a modality value is 3: 3 times what one Bq/ml of
 * the usual object is, also in kBq/ml, and whatever the clocks are called. */
static void
test_enhanced_activity (void)
{
  g_autoptr (NegInstance) usual = usual_new (), instance = enhanced_new ("Bq/ml", 6);
  g_autoptr (NegInstance) kilo = enhanced_new ("kBq/mL", 6e-3);
  const double factor = 3 * compute (usual, NULL).factor;

  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).factor, factor, 1e-12);
  g_assert_cmpfloat (compute (instance, NULL).decay_s, ==, 3600);
  g_assert_false (compute (instance, NULL).is_assumed);
  g_assert_cmpfloat_with_epsilon (compute (kilo, NULL).factor, factor, 1e-12);
  set_text (&instance->pet.decay_correction_datetime, "20240315113000+0130");
  assert_refused (instance, "time zone");
  set_text (&instance->pet.injection_datetime, "20240315090000+0000");
  g_assert_cmpfloat (compute (instance, NULL).decay_s, ==, 3600);
  set_text (&instance->pet.injection_datetime, "20240315100000");
  set_text (&instance->pet.timezone, "+0100");
  g_assert_cmpfloat (compute (instance, NULL).decay_s, ==, 3600);
}

/* A mapping to SUV needs neither dose nor time, and comes before one to activities. */
static void
test_enhanced_suv (void)
{
  g_autoptr (NegInstance) instance = enhanced_new ("Bq/ml", 6);

  instance->n_real_world_maps = 2;
  instance->real_world_maps = g_renew (NegRealWorldMap, instance->real_world_maps, 2);
  instance->real_world_maps[1] = instance->real_world_maps[0];
  instance->real_world_maps[1].units_code = g_strdup ("{SUVbw}g/ml");
  instance->real_world_maps[1].slope = 0.5;
  instance->pet.weight_kg = NAN;
  g_assert_cmpfloat_with_epsilon (compute (instance, NULL).factor, 0.25, 1e-12);
  instance->real_world_maps[1].frame = 2; /* the first frame has none but the activity */
  assert_refused (instance, "weight");
}

static void
test_enhanced_refused (void)
{
  g_autoptr (NegInstance) instance = enhanced_new ("Bq/ml", 6);
  NegRealWorldMap *map = instance->real_world_maps;

  compute (instance, NULL);
  map->last_mapped = 65534;
  assert_refused (instance, "all values");
  instance->bits_stored = 15;
  compute (instance, NULL);
  instance->is_signed = TRUE;
  assert_refused (instance, "all values");
  map->first_mapped = -16384;
  compute (instance, NULL);
  instance->is_float = TRUE;
  assert_refused (instance, "all values");
  instance->is_float = FALSE;
  map->intercept = 0.1;
  assert_refused (instance, "multiple");
  instance->frame_infos->rescale_intercept = 0.1 / 3;
  compute (instance, NULL);
  instance->pet.has_several_tracers = TRUE;
  assert_refused (instance, "radiopharmaceutical");
  instance->pet.has_several_tracers = FALSE;
  set_text (&instance->pet.decay_correction_datetime, "20240315085959");
  assert_refused (instance, "later");
  set_text (&instance->pet.decay_correction_datetime, "yesterday");
  assert_refused (instance, "Decay Correction DateTime");
  set_text (&instance->pet.decay_correction_datetime, NULL);
  assert_refused (instance, "Decay Correction DateTime");
  set_text (&map->units_code, "g/ml{SUVlbm}");
  assert_refused (instance, "Mapping");
}

/* Each by itself, so that none hides behind another. */
static void
test_refused (void)
{
  static const struct {
    gsize offset;
    const char *text, *word;
  } cases[] = {
    { G_STRUCT_OFFSET (NegInstance, pet.units), NULL, "Units" },
    { G_STRUCT_OFFSET (NegInstance, pet.units), "PROPCPS", "Units" },
    { G_STRUCT_OFFSET (NegInstance, pet.units), "CNTS", "factor" },
    { G_STRUCT_OFFSET (NegInstance, pet.corrected_image), NULL, "corrected" },
    { G_STRUCT_OFFSET (NegInstance, pet.corrected_image), "DECY", "corrected" },
    { G_STRUCT_OFFSET (NegInstance, pet.corrected_image), "ATTN\\NODECY", "corrected" },
    { G_STRUCT_OFFSET (NegInstance, pet.decay_correction), NULL, "Decay Correction" },
    { G_STRUCT_OFFSET (NegInstance, pet.decay_correction), "NONE", "Decay Correction" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_time), NULL, "injection" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_time), "9:00", "injection" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_time), "250000", "injection" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_datetime), "20240315", "injection" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_datetime), "20240230090000", "injection" },
    { G_STRUCT_OFFSET (NegInstance, pet.injection_datetime), "20240315100001", "later" },
    { G_STRUCT_OFFSET (NegInstance, acquisition_time), NULL, "acquisition" },
    { G_STRUCT_OFFSET (NegInstance, acquisition_date), "2024-03-15", "acquisition" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = usual_new ();

    compute (instance, NULL);
    set_text (G_STRUCT_MEMBER_P (instance, cases[i].offset), cases[i].text);
    assert_refused (instance, cases[i].word);
  }
}

static void
test_refused_numbers (void)
{
  static const double wrong[] = { 0, -1, NAN, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (NegInstance) instance = usual_new ();

    instance->pet.weight_kg = wrong[i];
    assert_refused (instance, "weight");
    instance->pet.weight_kg = 70;
    instance->pet.total_dose = wrong[i];
    assert_refused (instance, "dose");
    instance->pet.total_dose = 370e6;
    instance->pet.half_life_s = wrong[i];
    assert_refused (instance, "half-life");
    instance->pet.half_life_s = 1e-3; /* nothing would be left of the dose */
    assert_refused (instance, "no number");
    instance->pet.is_present = FALSE;
    assert_refused (instance, "no PET");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/suv/pitfall-28-admin", test_pitfall_28_admin);
  g_test_add_func ("/suv/earliest-of-series", test_earliest_of_series);
  g_test_add_func ("/suv/frame-reference-time", test_frame_reference_time);
  g_test_add_func ("/suv/past-midnight", test_past_midnight);
  g_test_add_func ("/suv/timezone", test_timezone);
  g_test_add_func ("/suv/enhanced-dose", test_enhanced_dose);
  g_test_add_func ("/suv/enhanced-activity", test_enhanced_activity);
  g_test_add_func ("/suv/enhanced-suv", test_enhanced_suv);
  g_test_add_func ("/suv/enhanced-refused", test_enhanced_refused);
  g_test_add_func ("/suv/refused", test_refused);
  g_test_add_func ("/suv/refused-numbers", test_refused_numbers);
  return g_test_run ();
}
