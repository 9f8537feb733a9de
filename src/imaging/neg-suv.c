#include "config.h"

#include "imaging/neg-suv.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"

#define DAY_S 86400.0
#define BQ_PER_MBQ 1e6
#define G_PER_KG 1000

/* --- dates and times --- */

/* @n digits at *@text, which goes behind them. */
static gboolean
take_digits (const char **text, guint n, guint *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++, (*text)++) {
    if (!g_ascii_isdigit (**text))
      return FALSE;
    *value = *value * 10 + (**text - '0');
  }
  return TRUE;
}

static gboolean
take_date (const char **text, double *seconds)
{
  guint year, month, day;
  GDate date;

  if (!take_digits (text, 4, &year) || !take_digits (text, 2, &month) || !take_digits (text, 2, &day)
      || !g_date_valid_dmy (day, month, year))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, day, month, year);
  *seconds = g_date_get_julian (&date) * DAY_S;
  return TRUE;
}

/* HH[MM[SS[.F]]] */
static gboolean
take_time (const char **text, double *seconds)
{
  guint hours, minutes = 0, whole = 0;
  double fraction = 0, place = 0.1;

  if (!take_digits (text, 2, &hours) || (g_ascii_isdigit (**text) && !take_digits (text, 2, &minutes))
      || (g_ascii_isdigit (**text) && !take_digits (text, 2, &whole)))
    return FALSE;
  if (**text == '.')
    for ((*text)++; g_ascii_isdigit (**text); (*text)++, place /= 10)
      fraction += (**text - '0') * place;
  *seconds = hours * 3600.0 + minutes * 60.0 + whole + fraction;
  return hours < 24 && minutes < 60 && whole <= 60;
}

static gboolean
is_end (const char *text)
{
  while (*text == ' ')
    text++;
  return *text == '\0';
}

static gboolean
is_given (const char *text)
{
  return text != NULL && !is_end (text);
}

static gboolean
parse_time (const char *text, double *seconds)
{
  return is_given (text) && take_time (&text, seconds) && is_end (text);
}

static gboolean
parse_date_and_time (const char *date, const char *time, double *seconds)
{
  double day, second;

  if (!is_given (date) || !take_date (&date, &day) || !is_end (date) || !parse_time (time, &second))
    return FALSE;
  *seconds = day + second;
  return TRUE;
}

/* "+0100" */
static gboolean
take_zone (const char **text, double *seconds)
{
  double sign = **text == '-' ? -1 : 1;
  guint hours, minutes;

  if (**text != '+' && **text != '-')
    return FALSE;
  (*text)++;
  if (!take_digits (text, 2, &hours) || !take_digits (text, 2, &minutes))
    return FALSE;
  *seconds = sign * (hours * 3600.0 + minutes * 60.0);
  return hours <= 14 && minutes < 60;
}

/* A DT with a time, by the clock of the object's other dates and times: @zone is its (0008,0201). */
static gboolean
parse_datetime (const char *text, const char *zone, double *seconds)
{
  double day, second, offset, own;

  if (!is_given (text) || !take_date (&text, &day) || !take_time (&text, &second))
    return FALSE;
  *seconds = day + second;
  if (*text != '+' && *text != '-')
    return is_end (text);
  if (!take_zone (&text, &offset) || !is_end (text))
    return FALSE;
  if (is_given (zone) && take_zone (&zone, &own))
    *seconds += own - offset;
  return TRUE;
}

/* --- the rule: QIBA FDG-PET/CT profile, appendix G --- */

/* Whether one of the values between backslashes is @word. */
static gboolean
has_value (const char *values, const char *word)
{
  g_auto (GStrv) list = g_strsplit (values != NULL ? values : "", "\\", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (strcmp (g_strstrip (list[i]), word) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_word (const char *text, const char *word)
{
  return text != NULL && g_str_has_prefix (text, word) && is_end (text + strlen (word));
}

static gboolean
is_positive (double value)
{
  return isfinite (value) && value > 0;
}

static gboolean
refuse (GError **error, const char *why)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "no SUV: %s", why);
}

/* When the activity that decays evenly during a frame had its mean, from the frame's begin (C.8.9.4.1.5). */
static double
get_mean_activity_s (double duration_s, double half_life_s)
{
  double lambda = G_LN2 / half_life_s, x = lambda * duration_s;

  return x > 1e-9 ? log (x / -expm1 (-x)) / lambda : duration_s / 2;
}

/* What the values were decay corrected to. Series Date and Time are tied to no event and are rewritten when a series is
 * processed once more (C.8.9.1.1.2): they are later than the first acquisition then. */
static gboolean
get_reference (NegSuv *suv, const NegInstance *instance, const char *earliest, double *reference_s, GError **error)
{
  const NegPetInfo *pet = &instance->pet;
  double series_s, earliest_s, own_s;
  gboolean has_own
      = parse_date_and_time (instance->acquisition_date, instance->acquisition_time, &own_s);

  if (earliest == NULL && has_own)
    earliest_s = own_s;
  else if (!parse_datetime (earliest, NULL, &earliest_s))
    return refuse (error, "date and time of the acquisition are missing");
  if (parse_date_and_time (instance->series_date, instance->series_time, &series_s) && series_s <= earliest_s)
    *reference_s = series_s;
  else if (is_given (pet->ge_reference_datetime)) {
    if (!parse_datetime (pet->ge_reference_datetime, pet->timezone, reference_s))
      return refuse (error, "the scanner's own scan time cannot be read");
  } else if (has_own && is_positive (pet->frame_reference_time_ms) && is_positive (pet->actual_frame_duration_ms)) {
    *reference_s = own_s + get_mean_activity_s (pet->actual_frame_duration_ms / 1000, pet->half_life_s)
                   - pet->frame_reference_time_ms / 1000;
  } else {
    *reference_s = earliest_s;
    suv->is_assumed = TRUE;
  }
  return TRUE;
}

/* The time alone has no date: that of the reference, or of the day before where it would be later. */
static gboolean
get_injection (const NegPetInfo *pet, double reference_s, double *injection_s, GError **error)
{
  double second;

  if (is_given (pet->injection_datetime))
    return parse_datetime (pet->injection_datetime, pet->timezone, injection_s)
           || refuse (error, "date and time of the injection cannot be read");
  if (!parse_time (pet->injection_time, &second))
    return refuse (error, "the time of the injection is missing");
  *injection_s = floor (reference_s / DAY_S) * DAY_S + second;
  if (*injection_s > reference_s)
    *injection_s -= DAY_S;
  return TRUE;
}

static gboolean
has_zone (const char *datetime)
{
  return datetime != NULL && strpbrk (datetime, "+-") != NULL;
}

/* Enhanced PET says both moments whole (C.8.22.5.1, (0018,9701); C.8.22.4, (0018,1078)). */
static gboolean
get_enhanced_decay (NegSuv *suv, const NegPetInfo *pet, GError **error)
{
  const char *zone = is_given (pet->timezone) ? pet->timezone : "+0000"; /* only their distance counts */
  double reference_s, injection_s;

  if (!parse_datetime (pet->decay_correction_datetime, zone, &reference_s))
    return refuse (error, "the moment that the values are corrected to cannot be read (Decay Correction DateTime)");
  if (!parse_datetime (pet->injection_datetime, zone, &injection_s))
    return refuse (error, "date and time of the injection are missing or cannot be read");
  if (!is_given (pet->timezone) && has_zone (pet->decay_correction_datetime) != has_zone (pet->injection_datetime))
    return refuse (error, "one of the times has a time zone, the other has none");
  suv->decay_s = reference_s - injection_s;
  return suv->decay_s >= 0 || refuse (error, "the injection is later than the moment that the values are corrected to");
}

static gboolean
get_decay (NegSuv *suv, const NegInstance *instance, const char *earliest, GError **error)
{
  const char *correction = instance->pet.decay_correction;
  double reference_s, injection_s = 0;

  if (instance->pet.is_enhanced && is_given (instance->pet.decay_correction_datetime))
    return get_enhanced_decay (suv, &instance->pet, error);
  if (is_word (correction, "ADMIN"))
    return TRUE;
  if (!is_word (correction, "START"))
    return refuse (error, "the values are corrected to no known moment (Decay Correction)");
  if (!get_reference (suv, instance, earliest, &reference_s, error)
      || !get_injection (&instance->pet, reference_s, &injection_s, error))
    return FALSE;
  suv->decay_s = reference_s - injection_s;
  if (suv->decay_s < 0)
    return refuse (error, "the injection is later than the scan");
  return TRUE;
}

static gboolean
scale_activity (NegSuv *suv, const NegInstance *instance, double bq_per_ml, const char *earliest, GError **error)
{
  const NegPetInfo *pet = &instance->pet;
  double dose_bq = pet->is_enhanced ? pet->total_dose * BQ_PER_MBQ : pet->total_dose; /* C.8.22.4; C.8.9.2 */

  if (pet->has_several_tracers)
    return refuse (error, "more than one radiopharmaceutical was given");
  if (!is_positive (pet->weight_kg))
    return refuse (error, "the patient's weight is missing");
  if (!is_positive (dose_bq))
    return refuse (error, "the dose is missing");
  if (!is_positive (pet->half_life_s))
    return refuse (error, "the half-life is missing");
  if (!get_decay (suv, instance, earliest, error))
    return FALSE;
  suv->factor = bq_per_ml * pet->weight_kg * G_PER_KG / (dose_bq * exp2 (-suv->decay_s / pet->half_life_s));
  return is_positive (suv->factor) || refuse (error, "weight, dose and half-life give no number");
}

static gboolean
is_factor (double value)
{
  return isfinite (value) && value != 0;
}

/* --- Enhanced PET: units are those of a real world value mapping (C.7.6.16.2.11, CID 84) --- */

/* What one unit of a mapping is in SUV by body weight (0) or Bq/ml. */
static gboolean
find_unit (const NegRealWorldMap *map, double *bq_per_ml)
{
  static const struct {
    const char *code;
    double bq_per_ml;
  } units[] = {
    { "{SUVbw}g/ml", 0 }, { "g/ml{SUVbw}", 0 }, { "Bq/ml", 1 },      { "Bq/mL", 1 },
    { "Bq/cm3", 1 },      { "kBq/ml", 1000 },   { "kBq/mL", 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_strcmp0 (map->units_code, units[i].code) == 0) {
      *bq_per_ml = units[i].bq_per_ml;
      return TRUE;
    }
  return FALSE;
}

/* Every value that the pixels can hold; of floats nobody can say. */
static gboolean
maps_all (const NegRealWorldMap *map, const NegInstance *instance)
{
  const double n = exp2 (instance->bits_stored);
  const double lowest = instance->is_signed ? -n / 2 : 0;

  return !instance->is_float && map->first_mapped <= lowest && map->last_mapped >= lowest + n - 1;
}

/* A mapping is of stored values: as a factor of modality values it holds when both are straight lines with one zero. */
static gboolean
get_map_factor (const NegRealWorldMap *map, const NegInstance *instance, guint32 frame, double *factor)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);

  *factor = map->slope / info->rescale_slope;
  return map->n_entries == 0 && instance->modality_lut.n_entries == 0 && isfinite (*factor) && *factor > 0
         && fabs (map->intercept - *factor * info->rescale_intercept) <= 1e-6 * fabs (map->slope);
}

/* Of the mappings of this frame one that says SUV, or one of an activity; NULL: none. */
static const NegRealWorldMap *
find_map (const NegInstance *instance, guint32 frame, double *bq_per_ml)
{
  const NegRealWorldMap *found = NULL;

  for (guint32 i = 0; i < instance->n_real_world_maps; i++) {
    const NegRealWorldMap *map = &instance->real_world_maps[i];
    double unit;

    if ((map->frame != 0 && map->frame - 1 != frame) || !find_unit (map, &unit) || (found != NULL && unit != 0))
      continue;
    found = map;
    *bq_per_ml = unit;
    if (unit == 0)
      break;
  }
  return found;
}

static gboolean
choose_map (NegSuv *suv, const NegInstance *instance, guint32 frame, GError **error)
{
  double bq_per_ml, factor;
  const NegRealWorldMap *map = find_map (instance, frame, &bq_per_ml);

  if (map == NULL)
    return refuse (error, "the object does not say that its values are SUV by body weight or activities (Real World Value "
                          "Mapping)");
  if (!maps_all (map, instance))
    return refuse (error, "the units are not those of all values (Real World Value Mapping)");
  if (!get_map_factor (map, instance, frame, &factor))
    return refuse (error, "the mapping to real world values is no multiple of the values");
  if (bq_per_ml == 0) {
    suv->factor = factor;
    return TRUE;
  }
  if (!is_given (instance->pet.decay_correction_datetime))
    return refuse (error, "the moment that the values are corrected to is missing (Decay Correction DateTime)");
  return scale_activity (suv, instance, factor * bq_per_ml, NULL, error);
}

static gboolean
choose_units (NegSuv *suv, const NegInstance *instance, const char *earliest, GError **error)
{
  const NegPetInfo *pet = &instance->pet;

  if (is_word (pet->units, "GML")) {
    if (is_given (pet->suv_type) && !is_word (pet->suv_type, "BW"))
      return refuse (error, "the values are SUV of another type than by body weight");
    suv->factor = 1;
    return TRUE;
  }
  if (is_word (pet->units, "BQML"))
    return scale_activity (suv, instance, 1, earliest, error);
  if (!is_word (pet->units, "CNTS"))
    return refuse (error, "the values are no activity (Units)");
  if (is_factor (pet->philips_suv_factor)) {
    suv->factor = pet->philips_suv_factor;
    return TRUE;
  }
  if (is_factor (pet->philips_activity_factor))
    return scale_activity (suv, instance, pet->philips_activity_factor, earliest, error);
  return refuse (error, "the values are counts, without a factor");
}

gboolean
neg_suv_init (NegSuv *suv, const NegInstance *instance, guint32 frame, const char *series_earliest_acquisition,
              GError **error)
{
  *suv = (NegSuv){ .factor = NAN, .unit = "g/ml" };
  if (!instance->pet.is_present)
    return refuse (error, "this is no PET image");
  if (frame >= instance->frames)
    return refuse (error, "there is no such frame");
  /* QIBA prints DECAY, the standard's defined term is DECY. */
  if (!has_value (instance->pet.corrected_image, "ATTN")
      || (!has_value (instance->pet.corrected_image, "DECY") && !has_value (instance->pet.corrected_image, "DECAY")))
    return refuse (error, "the values are not corrected for attenuation and decay");
  if (instance->pet.is_enhanced && !is_given (instance->pet.units))
    return choose_map (suv, instance, frame, error);
  return choose_units (suv, instance, series_earliest_acquisition, error);
}
