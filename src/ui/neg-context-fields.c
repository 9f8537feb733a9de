#include "config.h"

#include "ui/neg-context-fields.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "imaging/neg-calibration.h"
#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

typedef char *(*DupValue) (const NegInstance *instance, guint32 frame);

typedef struct {
  NegContextGroup group;
  const char *title;
  gsize text_offset; /* of a char * in the instance; 0: by function */
  DupValue dup_value;
  NegTextKind kind; /* of the text */
} Field;

static char *
clean_or_null (char *text)
{
  if (text != NULL && *text == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

static char *
dup_number (double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  return isfinite (value) ? g_strdup (g_ascii_formatd (digits, sizeof digits, "%.6g", value)) : NULL;
}

static char *
dup_mm (double value)
{
  g_autofree char *number = dup_number (value);

  return number != NULL ? g_strdup_printf (_ ("%s mm"), number) : NULL;
}

static char *
dup_numbers (const double *values, guint n, const char *separator)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    g_autofree char *number = dup_number (values[i]);

    g_string_append_printf (text, "%s%s", i > 0 ? separator : "", number != NULL ? number : "?");
  }
  return g_string_free (text, FALSE);
}

static char *
dup_moment (const char *date, const char *time)
{
  g_autofree char *date_text = neg_caption_dup_date (date);
  g_autofree char *time_text = neg_caption_dup_time (time);

  return clean_or_null (g_strdup_printf ("%s%s%s", date_text != NULL ? date_text : "",
                                         date_text != NULL && time_text != NULL ? " " : "",
                                         time_text != NULL ? time_text : ""));
}

/* --- patient, study, series --- */

static char *
dup_name (const NegInstance *instance, guint32 frame)
{
  return clean_or_null (neg_caption_dup_person (instance->patient_name));
}

static char *
dup_birth_date (const NegInstance *instance, guint32 frame)
{
  return clean_or_null (neg_caption_dup_date (instance->patient_birth_date));
}

static char *
dup_age (const NegInstance *instance, guint32 frame)
{
  return neg_caption_dup_age (instance);
}

static char *
dup_study_moment (const NegInstance *instance, guint32 frame)
{
  return dup_moment (instance->study_date, instance->study_time);
}

static char *
dup_series_moment (const NegInstance *instance, guint32 frame)
{
  return dup_moment (instance->series_date, instance->series_time);
}

static char *
dup_series_number (const NegInstance *instance, guint32 frame)
{
  return instance->has_series_number ? g_strdup_printf ("%d", instance->series_number) : NULL;
}

/* --- image --- */

static char *
dup_image_number (const NegInstance *instance, guint32 frame)
{
  return instance->has_instance_number ? g_strdup_printf ("%d", instance->instance_number) : NULL;
}

static char *
dup_acquisition_number (const NegInstance *instance, guint32 frame)
{
  return instance->has_acquisition_number ? g_strdup_printf ("%d", instance->acquisition_number) : NULL;
}

static char *
dup_frame (const NegInstance *instance, guint32 frame)
{
  return instance->frames > 1 ? g_strdup_printf (_ ("%u of %u"), frame + 1, instance->frames) : NULL;
}

static char *
dup_acquired (const NegInstance *instance, guint32 frame)
{
  return dup_moment (instance->acquisition_date, instance->acquisition_time);
}

static char *
dup_content (const NegInstance *instance, guint32 frame)
{
  return dup_moment (instance->content_date, instance->content_time);
}

static char *
dup_type (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);

  return clean_or_null (neg_text_dup_shown (NEG_TEXT_FREE, info->frame_type != NULL ? info->frame_type : instance->image_type));
}

static char *
dup_echo_time (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);
  double time_ms = isnan (info->effective_echo_time_ms) ? instance->echo_time_ms : info->effective_echo_time_ms;
  g_autofree char *number = dup_number (time_ms);

  return number != NULL ? g_strdup_printf (_ ("%s ms"), number) : NULL;
}

static char *
dup_b_value (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);
  g_autofree char *number = dup_number (isnan (info->b_value) ? instance->b_value : info->b_value);

  return number != NULL ? g_strdup_printf (_ ("%s s/mm²"), number) : NULL;
}

/* --- geometry --- */

static char *
dup_position (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);
  g_autofree char *numbers = info->has_position ? dup_numbers (info->position_mm, 3, ", ") : NULL;

  return numbers != NULL ? g_strdup_printf (_ ("%s mm"), numbers) : NULL;
}

static char *
dup_plane (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);
  char row[4], column[4];
  double normal[3];

  if (!info->has_orientation || !neg_geometry_normal (info->orientation, normal))
    return NULL;
  neg_geometry_letters (info->orientation, row);
  neg_geometry_letters (info->orientation + 3, column);
  return g_strdup_printf (_ ("%s, rows to %s, columns to %s"),
                          neg_orientation_get_name (neg_geometry_classify (normal)), row, column);
}

static char *
dup_cosines (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);

  return info->has_orientation ? dup_numbers (info->orientation, 6, ", ") : NULL;
}

static char *
dup_spacing (const NegInstance *instance, guint32 frame)
{
  double spacing_mm[2];
  g_autofree char *numbers = NULL;

  if (neg_calibration_get (instance, frame, spacing_mm) == NEG_CALIBRATION_NONE)
    return g_strdup (_ ("none: lengths are in pixels"));
  numbers = dup_numbers (spacing_mm, 2, " × ");
  return g_strdup_printf (_ ("%s mm (rows × columns)"), numbers);
}

static char *
dup_scale (const NegInstance *instance, guint32 frame)
{
  double spacing_mm[2];
  NegCalibration calibration = neg_calibration_get (instance, frame, spacing_mm);
  const char *words = neg_caption_get_calibration (calibration);

  if (calibration == NEG_CALIBRATION_NONE)
    return NULL;
  return g_strdup (words != NULL ? words : _ ("in the patient"));
}

static char *
dup_thickness (const NegInstance *instance, guint32 frame)
{
  return dup_mm (instance->slice_thickness_mm);
}

static char *
dup_between (const NegInstance *instance, guint32 frame)
{
  return dup_mm (instance->spacing_between_slices_mm);
}

static char *
dup_tilt (const NegInstance *instance, guint32 frame)
{
  g_autofree char *number = dup_number (instance->gantry_tilt_deg);

  return number != NULL ? g_strdup_printf (_ ("%s°"), number) : NULL;
}

/* --- pixels --- */

static char *
dup_size (const NegInstance *instance, guint32 frame)
{
  return g_strdup_printf (_ ("%u columns × %u rows"), instance->columns, instance->rows);
}

static char *
dup_bits (const NegInstance *instance, guint32 frame)
{
  if (instance->is_float)
    return g_strdup_printf (_ ("%u, floating point"), instance->bits_allocated);
  return g_strdup_printf (instance->is_signed ? _ ("%u of %u, signed") : _ ("%u of %u, unsigned"),
                          instance->bits_stored, instance->bits_allocated);
}

static char *
dup_photometric (const NegInstance *instance, guint32 frame)
{
  g_autofree char *photometric = neg_text_dup_shown (NEG_TEXT_SITE, instance->photometric);

  if (*photometric == '\0')
    return NULL;
  return instance->samples > 1 ? g_strdup_printf (_ ("%s, %u samples"), photometric, instance->samples)
                               : g_steal_pointer (&photometric);
}

static char *
dup_syntax (const NegInstance *instance, guint32 frame)
{
  return neg_context_dup_transfer_syntax (instance->transfer_syntax_uid);
}

static char *
dup_lossy (const NegInstance *instance, guint32 frame)
{
  g_autofree char *ratio = neg_text_dup_shown (NEG_TEXT_SITE, instance->lossy_ratio);
  g_autofree char *method = neg_text_dup_shown (NEG_TEXT_SITE, instance->lossy_method);

  if (!instance->lossy)
    return g_strdup (_ ("no"));
  return g_strdup_printf ("%s%s%s%s%s%s", _ ("yes"), *ratio != '\0' ? ", " : "", ratio, *ratio != '\0' ? ":1" : "", *method != '\0' ? ", " : "",
                          method);
}

static char *
dup_rescale (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);
  g_autofree char *slope = dup_number (info->rescale_slope);
  g_autofree char *intercept = dup_number (info->rescale_intercept);
  g_autofree char *type = neg_text_dup_shown (NEG_TEXT_SITE, info->rescale_type);

  if (!info->has_rescale || slope == NULL || intercept == NULL)
    return NULL;
  return g_strdup_printf ("× %s + %s%s%s", slope, intercept, *type != '\0' ? " " : "", type);
}

static char *
dup_padding (const NegInstance *instance, guint32 frame)
{
  g_autofree char *value = dup_number (instance->padding_value);
  g_autofree char *limit = dup_number (instance->padding_limit);

  if (!instance->has_padding)
    return NULL;
  return instance->has_padding_limit ? g_strdup_printf (_ ("%s to %s"), value, limit) : g_steal_pointer (&value);
}

char *
neg_context_dup_transfer_syntax (const char *uid)
{
  static const struct {
    const char *uid, *words;
  } syntaxes[] = {
    { "1.2.840.10008.1.2", N_ ("uncompressed, implicit VR") },
    { "1.2.840.10008.1.2.1", N_ ("uncompressed") },
    { "1.2.840.10008.1.2.1.99", N_ ("deflated") },
    { "1.2.840.10008.1.2.2", N_ ("uncompressed, big endian") },
    { "1.2.840.10008.1.2.5", N_ ("RLE, lossless") },
    { "1.2.840.10008.1.2.4.50", N_ ("JPEG baseline, lossy") },
    { "1.2.840.10008.1.2.4.51", N_ ("JPEG extended, lossy") },
    { "1.2.840.10008.1.2.4.57", N_ ("JPEG, lossless") },
    { "1.2.840.10008.1.2.4.70", N_ ("JPEG, lossless (first order)") },
    { "1.2.840.10008.1.2.4.80", N_ ("JPEG-LS, lossless") },
    { "1.2.840.10008.1.2.4.81", N_ ("JPEG-LS, near-lossless") },
    { "1.2.840.10008.1.2.4.90", N_ ("JPEG 2000, lossless") },
    { "1.2.840.10008.1.2.4.91", N_ ("JPEG 2000, lossless or lossy") },
    { "1.2.840.10008.1.2.4.201", N_ ("HTJ2K, lossless") },
    { "1.2.840.10008.1.2.4.202", N_ ("HTJ2K with RPCL, lossless") },
    { "1.2.840.10008.1.2.4.203", N_ ("HTJ2K, lossless or lossy") },
  };
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_UID, uid);

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++)
    if (g_str_equal (clean, syntaxes[i].uid))
      return g_strdup (_ (syntaxes[i].words));
  return clean_or_null (g_steal_pointer (&clean));
}

#define TEXT(group, title, member, kind) \
  { NEG_CONTEXT_##group, title, G_STRUCT_OFFSET (NegInstance, member), NULL, NEG_TEXT_##kind }
#define VALUE(group, title, function) { NEG_CONTEXT_##group, title, 0, function, NEG_TEXT_SITE }

static const Field fields[] = {
  VALUE (PATIENT, N_ ("Name"), dup_name),
  TEXT (PATIENT, N_ ("ID"), patient_id, ID),
  TEXT (PATIENT, N_ ("ID is of"), patient_id_issuer, ID),
  VALUE (PATIENT, N_ ("Born"), dup_birth_date),
  VALUE (PATIENT, N_ ("Age then"), dup_age),
  TEXT (PATIENT, N_ ("Sex"), patient_sex, SITE),
  VALUE (STUDY, N_ ("Date"), dup_study_moment),
  TEXT (STUDY, N_ ("Description"), study_description, FREE),
  TEXT (STUDY, N_ ("Accession"), accession_number, ACCESSION),
  TEXT (STUDY, N_ ("Study ID"), study_id, ID),
  TEXT (STUDY, N_ ("Study UID"), study_uid, UID),
  TEXT (SERIES, N_ ("Modality"), modality, SITE),
  VALUE (SERIES, N_ ("Number"), dup_series_number),
  TEXT (SERIES, N_ ("Description"), series_description, FREE),
  TEXT (SERIES, N_ ("Protocol"), protocol_name, FREE),
  VALUE (SERIES, N_ ("Begun"), dup_series_moment),
  TEXT (SERIES, N_ ("Body part"), body_part, FREE),
  TEXT (SERIES, N_ ("Side"), laterality, SITE),
  TEXT (SERIES, N_ ("Patient lies"), patient_position, SITE),
  TEXT (SERIES, N_ ("Series UID"), series_uid, UID),
  VALUE (IMAGE, N_ ("Number"), dup_image_number),
  VALUE (IMAGE, N_ ("Frame"), dup_frame),
  VALUE (IMAGE, N_ ("Acquisition"), dup_acquisition_number),
  VALUE (IMAGE, N_ ("Acquired"), dup_acquired),
  VALUE (IMAGE, N_ ("Made"), dup_content),
  VALUE (IMAGE, N_ ("Type"), dup_type),
  TEXT (IMAGE, N_ ("Side"), image_laterality, SITE),
  TEXT (IMAGE, N_ ("View"), view_position, FREE),
  VALUE (IMAGE, N_ ("Echo time"), dup_echo_time),
  VALUE (IMAGE, N_ ("b value"), dup_b_value),
  TEXT (IMAGE, N_ ("SOP class"), sop_class_uid, UID),
  TEXT (IMAGE, N_ ("Image UID"), sop_instance_uid, UID),
  VALUE (GEOMETRY, N_ ("Position"), dup_position),
  VALUE (GEOMETRY, N_ ("Plane"), dup_plane),
  VALUE (GEOMETRY, N_ ("Orientation"), dup_cosines),
  VALUE (GEOMETRY, N_ ("Pixel size"), dup_spacing),
  VALUE (GEOMETRY, N_ ("Measured"), dup_scale),
  VALUE (GEOMETRY, N_ ("Thickness"), dup_thickness),
  VALUE (GEOMETRY, N_ ("Slice spacing"), dup_between),
  VALUE (GEOMETRY, N_ ("Gantry tilt"), dup_tilt),
  TEXT (GEOMETRY, N_ ("Frame of reference"), frame_of_reference_uid, UID),
  VALUE (PIXELS, N_ ("Size"), dup_size),
  VALUE (PIXELS, N_ ("Bits"), dup_bits),
  VALUE (PIXELS, N_ ("Photometric"), dup_photometric),
  VALUE (PIXELS, N_ ("Stored"), dup_syntax),
  VALUE (PIXELS, N_ ("Loss"), dup_lossy),
  VALUE (PIXELS, N_ ("Rescale"), dup_rescale),
  VALUE (PIXELS, N_ ("Padding"), dup_padding),
  TEXT (EQUIPMENT, N_ ("Manufacturer"), manufacturer, FREE),
  TEXT (EQUIPMENT, N_ ("Station"), station_name, PLACE),
};

const char *
neg_context_group_get_title (NegContextGroup group)
{
  static const char *const titles[] = { N_ ("Patient"), N_ ("Study"), N_ ("Series"), N_ ("Image"), N_ ("Geometry"),
                                        N_ ("Pixels"), N_ ("Equipment") };

  return (guint) group < G_N_ELEMENTS (titles) ? _ (titles[group]) : "";
}

guint
neg_context_get_n_fields (void)
{
  return G_N_ELEMENTS (fields);
}

NegContextGroup
neg_context_get_group (guint field)
{
  return field < G_N_ELEMENTS (fields) ? fields[field].group : NEG_CONTEXT_PATIENT;
}

const char *
neg_context_get_title (guint field)
{
  return field < G_N_ELEMENTS (fields) ? _ (fields[field].title) : "";
}

char *
neg_context_dup_value (guint field, const NegInstance *instance, guint32 frame)
{
  g_return_val_if_fail (field < G_N_ELEMENTS (fields) && instance != NULL, NULL);

  if (fields[field].dup_value != NULL)
    return fields[field].dup_value (instance, frame);
  return clean_or_null (
      neg_text_dup_shown (fields[field].kind, G_STRUCT_MEMBER (char *, instance, fields[field].text_offset)));
}
