#include "config.h"

#include "model/neg-instance-fields.h"

/* Counts are sent with their arrays, the reference count never. */
#define FIELD(type, name) { NEG_FIELD_##type, G_STRUCT_OFFSET (NegFrameInfo, name), 1 }
#define ARRAY(type, name) \
  { NEG_FIELD_##type, G_STRUCT_OFFSET (NegFrameInfo, name), G_N_ELEMENTS (((NegFrameInfo *) 0)->name) }
const NegField neg_frame_info_fields[] = {
  FIELD (BOOLEAN, has_position),
  FIELD (BOOLEAN, has_orientation),
  FIELD (BOOLEAN, has_spacing),
  FIELD (BOOLEAN, has_rescale),
  ARRAY (DOUBLE, position_mm),
  ARRAY (DOUBLE, orientation),
  ARRAY (DOUBLE, spacing_mm),
  FIELD (DOUBLE, rescale_slope),
  FIELD (DOUBLE, rescale_intercept),
  FIELD (STRING, rescale_type),
  FIELD (UINT, first_window),
  FIELD (UINT, n_windows),
  FIELD (UINT, voi_function),
  FIELD (STRING, stack_id),
  FIELD (UINT, in_stack_position),
  FIELD (UINT, temporal_position),
  FIELD (UINT, segment_number),
  FIELD (DOUBLE, effective_echo_time_ms),
  FIELD (DOUBLE, trigger_time_ms),
  FIELD (DOUBLE, b_value),
  FIELD (STRING, frame_type),
  FIELD (STRING, acquisition_label),
};
const guint neg_frame_info_n_fields = G_N_ELEMENTS (neg_frame_info_fields);
#undef FIELD
#undef ARRAY

#define FIELD(type, name) { NEG_FIELD_##type, G_STRUCT_OFFSET (NegInstance, name), 1 }
#define ARRAY(type, name) \
  { NEG_FIELD_##type, G_STRUCT_OFFSET (NegInstance, name), G_N_ELEMENTS (((NegInstance *) 0)->name) }
const NegField neg_instance_fields[] = {
  FIELD (UINT, kind),
  FIELD (STRING, transfer_syntax_uid),
  FIELD (STRING, sop_class_uid),
  FIELD (STRING, sop_instance_uid),
  FIELD (STRING, study_uid),
  FIELD (STRING, series_uid),
  FIELD (STRING, frame_of_reference_uid),
  FIELD (STRING, patient_name),
  FIELD (STRING, patient_id),
  FIELD (STRING, patient_id_issuer),
  FIELD (STRING, patient_birth_date),
  FIELD (STRING, patient_sex),
  FIELD (STRING, study_id),
  FIELD (STRING, study_date),
  FIELD (STRING, study_time),
  FIELD (STRING, study_description),
  FIELD (STRING, accession_number),
  FIELD (STRING, series_description),
  FIELD (STRING, series_date),
  FIELD (STRING, series_time),
  FIELD (STRING, modality),
  FIELD (STRING, body_part),
  FIELD (STRING, laterality),
  FIELD (STRING, image_laterality),
  FIELD (STRING, view_position),
  FIELD (STRING, patient_position),
  FIELD (STRING, patient_orientation),
  FIELD (STRING, protocol_name),
  FIELD (STRING, manufacturer),
  FIELD (STRING, station_name),
  FIELD (STRING, document_title),
  FIELD (STRING, image_type),
  FIELD (STRING, content_date),
  FIELD (STRING, content_time),
  FIELD (STRING, acquisition_date),
  FIELD (STRING, acquisition_time),
  FIELD (STRING, concatenation_uid),
  FIELD (BOOLEAN, has_series_number),
  FIELD (BOOLEAN, has_instance_number),
  FIELD (BOOLEAN, has_acquisition_number),
  FIELD (UINT, series_number),
  FIELD (UINT, instance_number),
  FIELD (UINT, acquisition_number),
  FIELD (UINT, in_concatenation_number),
  FIELD (UINT, concatenation_frame_offset),
  FIELD (STRING, echo_numbers),
  FIELD (DOUBLE, echo_time_ms),
  FIELD (DOUBLE, trigger_time_ms),
  FIELD (UINT, temporal_position),
  FIELD (DOUBLE, b_value),
  FIELD (DOUBLE, gantry_tilt_deg),
  FIELD (UINT, rows),
  FIELD (UINT, columns),
  FIELD (UINT, samples),
  FIELD (UINT, frames),
  FIELD (UINT, bits_allocated),
  FIELD (UINT, bits_stored),
  FIELD (UINT, high_bit),
  FIELD (BOOLEAN, is_signed),
  FIELD (BOOLEAN, is_float),
  FIELD (BOOLEAN, planar),
  FIELD (STRING, photometric),
  FIELD (BOOLEAN, has_aspect_ratio),
  ARRAY (UINT, aspect_ratio),
  FIELD (BOOLEAN, has_padding),
  FIELD (BOOLEAN, has_padding_limit),
  FIELD (DOUBLE, padding_value),
  FIELD (DOUBLE, padding_limit),
  FIELD (BOOLEAN, lossy),
  FIELD (STRING, lossy_ratio),
  FIELD (STRING, lossy_method),
  FIELD (BOOLEAN, burned_in_annotation),
  FIELD (STRING, modality_lut_type),
  FIELD (STRING, presentation_lut_shape),
  FIELD (BOOLEAN, has_imager_spacing),
  FIELD (BOOLEAN, has_nominal_scanned_spacing),
  ARRAY (DOUBLE, imager_spacing_mm),
  ARRAY (DOUBLE, nominal_scanned_spacing_mm),
  FIELD (STRING, calibration_type),
  FIELD (STRING, calibration_description),
  FIELD (DOUBLE, magnification),
  FIELD (DOUBLE, slice_thickness_mm),
  FIELD (DOUBLE, spacing_between_slices_mm),
  FIELD (DOUBLE, frame_time_ms),
  FIELD (DOUBLE, cine_rate_hz),
  FIELD (BOOLEAN, sweeps),
  FIELD (UINT, first_shown_frame),
  FIELD (UINT, last_shown_frame),
};
const guint neg_instance_n_fields = G_N_ELEMENTS (neg_instance_fields);
#undef FIELD
#undef ARRAY

void
neg_fields_clear (const NegField *fields, guint n_fields, gpointer record)
{
  for (guint i = 0; i < n_fields; i++)
    if (fields[i].type == NEG_FIELD_STRING)
      for (guint j = 0; j < fields[i].n; j++)
        g_clear_pointer (&G_STRUCT_MEMBER (char *, record, fields[i].offset + j * sizeof (char *)), g_free);
}
