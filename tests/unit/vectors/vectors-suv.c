/* SUV by body weight (imaging-correctness J; PS3.3 C.8.9). */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-suv.h"
#include "vectors.h"

static char *
dup_text (JsonObject *header, const char *name)
{
  return json_object_has_member (header, name) ? g_strdup (json_object_get_string_member (header, name)) : NULL;
}

static double
get_number (JsonObject *header, const char *name)
{
  return json_object_has_member (header, name) ? json_object_get_double_member (header, name) : NAN;
}

static char *
dup_corrected (JsonObject *header)
{
  JsonArray *values = json_object_get_array_member (header, "CorrectedImage");
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (values); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\\" : "", json_array_get_string_element (values, i));
  return g_string_free (text, FALSE);
}

static NegInstance *
instance_new (JsonObject *header)
{
  NegInstance *instance = neg_instance_new ();

  instance->frames = 1;
  instance->series_date = dup_text (header, "SeriesDate");
  instance->series_time = dup_text (header, "SeriesTime");
  instance->acquisition_date = dup_text (header, "AcquisitionDate");
  instance->acquisition_time = dup_text (header, "AcquisitionTime");
  instance->pet = (NegPetInfo){
    .is_present = TRUE,
    .units = dup_text (header, "Units"),
    .suv_type = dup_text (header, "SUVType"),
    .corrected_image = dup_corrected (header),
    .decay_correction = dup_text (header, "DecayCorrection"),
    .weight_kg = get_number (header, "PatientWeight"),
    .height_m = NAN,
    .total_dose = get_number (header, "RadionuclideTotalDose"),
    .half_life_s = get_number (header, "RadionuclideHalfLife"),
    .injection_datetime = dup_text (header, "RadiopharmaceuticalStartDateTime"),
    .injection_time = dup_text (header, "RadiopharmaceuticalStartTime"),
    .frame_reference_time_ms = get_number (header, "FrameReferenceTime"),
    .actual_frame_duration_ms = get_number (header, "ActualFrameDuration"),
    .ge_reference_datetime = dup_text (header, "GE_0009_100d"),
    .philips_suv_factor = get_number (header, "Philips_7053_1000"),
    .philips_activity_factor = get_number (header, "Philips_7053_1009"),
  };
  return instance;
}

static void
check (JsonObject *item, const char *earliest, const NegInstance *instance)
{
  JsonObject *header = json_object_get_object_member (item, "header");
  g_autoptr (GError) error = NULL;
  NegSuv suv;

  if (json_object_get_null_member (item, "suvbw")) {
    g_assert_false (neg_suv_init (&suv, instance, 0, earliest, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
    g_assert_true (isnan (suv.factor));
  } else {
    double expected = json_object_get_double_member (item, "suvbw");
    double value = get_number (header, "stored") * get_number (header, "RescaleSlope")
                   + get_number (header, "RescaleIntercept");

    g_assert_true (neg_suv_init (&suv, instance, 0, earliest, &error));
    g_assert_no_error (error);
    g_assert_cmpfloat_with_epsilon (value * suv.factor, expected, 1e-5 * expected);
    g_assert_true (suv.is_assumed == (strstr (json_object_get_string_member (item, "how"), "assumed") != NULL));
    g_assert_cmpstr (suv.unit, ==, "g/ml");
  }
}

/* Once by the instance's own acquisition and once by what the caller knows of the series. */
gboolean
vector_check_suv (JsonObject *item)
{
  g_autoptr (NegInstance) instance = instance_new (json_object_get_object_member (item, "header"));
  g_autofree char *earliest = g_strconcat (instance->acquisition_date, instance->acquisition_time, NULL);

  check (item, NULL, instance);
  check (item, earliest, instance);
  return TRUE;
}
