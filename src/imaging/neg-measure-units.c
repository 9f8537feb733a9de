#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-measure-values.h"

/* Value 3 of Image Type or Frame Type. */
static gboolean
is_localizer (const char *image_type)
{
  g_auto (GStrv) values = g_strsplit (image_type ? image_type : "", "\\", 4);

  return g_strv_length (values) > 2 && strcmp (g_strstrip (values[2]), "LOCALIZER") == 0;
}

/* Frame Type is of Enhanced CT, which promises HU of original frames only. */
static gboolean
may_be_hounsfield (const NegInstance *instance, const NegFrameInfo *info)
{
  if (g_strcmp0 (instance->modality, "CT") != 0)
    return FALSE;
  if (info->frame_type != NULL)
    return g_str_has_prefix (info->frame_type, "ORIGINAL\\") && !is_localizer (info->frame_type);
  return !is_localizer (instance->image_type);
}

static gboolean
is_rescaled (const NegFrameInfo *info)
{
  return info->has_rescale && isfinite (info->rescale_slope) && info->rescale_slope != 0
         && isfinite (info->rescale_intercept);
}

/* C.8.9.1.1.3, in UCUM; what is not in the list is as the object writes it. */
static const char *
get_pet_units (const char *code)
{
  static const struct {
    const char *code, *unit;
  } units[] = {
    { "BQML", "Bq/ml" },        { "GML", "g/ml" },          { "CNTS", "{counts}" },         { "CPS", "{counts}/s" },
    { "PCNT", "%" },            { "CM2", "cm2" },           { "CM2ML", "cm2/ml" },          { "MGMINML", "mg/min/ml" },
    { "UMOLMINML", "umol/min/ml" }, { "MLMING", "ml/min/g" }, { "MLG", "ml/g" },            { "1CM", "1/cm" },
    { "UMOLML", "umol/ml" },    { "PROPCNTS", "{propcounts}" }, { "PROPCPS", "{propcounts}/s" }, { "NONE", NULL },
    { "MLMINML", "ml/min/ml" }, { "MLML", "ml/ml" },        { "STDDEV", "{stddev}" },       { "SUV", "{SUV}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (code, units[i].code) == 0)
      return units[i].unit;
  return *code != '\0' ? code : NULL;
}

const char *
neg_measure_get_units (const NegInstance *instance, guint32 frame, const NegDraw *draw)
{
  static const struct {
    const char *type, *unit;
  } units[] = {
    { "US", NULL }, { "OD", "10^-3 OD" }, { "MGML", "mg/ml" }, { "PCT", "%" }, { "ED", "10^23/ml" },
  };
  const NegFrameInfo *info = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame) : NULL;
  const char *type;

  if (info == NULL || (draw->modality.lut == NULL && !is_rescaled (info)))
    return NULL;
  if (instance->pet.is_present && instance->pet.units != NULL && draw->modality.lut == NULL)
    return get_pet_units (instance->pet.units);
  type = draw->modality.lut != NULL ? instance->modality_lut_type : info->rescale_type;
  /* Type is absent where it would be HU (table C.8-3, Rescale Type). */
  if (type == NULL || *type == '\0')
    return draw->modality.lut == NULL && may_be_hounsfield (instance, info) ? "HU" : NULL;
  if (strcmp (type, "HU") == 0)
    return may_be_hounsfield (instance, info) ? "HU" : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (type, units[i].type) == 0)
      return units[i].unit;
  return type;
}
