#include "config.h"

#include "abuse-study.h"

#include <glib/gstdio.h>
#include <string.h>

#include "demo/neg-dicom-writer.h"

#define UID_ROOT "2.25.7700"
#define N_STUDIES 2
#define N_SERIES 4
#define LAID_OVER 3 /* in the space of the first one */
#define CUT_EVERY 7 /* images of the first series of a study */

typedef struct {
  guint patient, study, series, image;
} Place;

static const char *const names[ABUSE_N_PATIENTS] = { "Quillfeather", "Brambleworth", "Ptarmigan", "Zephyrine" };
static const char *const given[ABUSE_N_PATIENTS] = { "Ada", "Otto", "Ivo", "Una" };
static const guint n_images[N_SERIES] = { 110, 1, 1, 24 };
static const guint n_frames[N_SERIES] = { 1, 1, 9, 1 };

const char *
abuse_study_get_name (guint patient)
{
  return names[patient];
}

const char *
abuse_study_find_other_name (const char *text, guint patient)
{
  for (guint i = 0; text != NULL && i < ABUSE_N_PATIENTS; i++)
    if (i != patient && strstr (text, names[i]) != NULL)
      return names[i];
  return NULL;
}

static gboolean
read_place (const NegInstance *instance, Place *place)
{
  guint *parts[] = { &place->patient, &place->study, &place->series, &place->image };
  g_auto (GStrv) texts = NULL;

  if (instance->sop_instance_uid == NULL || !g_str_has_prefix (instance->sop_instance_uid, UID_ROOT "."))
    return FALSE;
  texts = g_strsplit (instance->sop_instance_uid + strlen (UID_ROOT "."), ".", -1);
  if (g_strv_length (texts) != G_N_ELEMENTS (parts))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    *parts[i] = g_ascii_strtoull (texts[i], NULL, 10);
  return place->patient < ABUSE_N_PATIENTS;
}

guint
abuse_study_get_patient (const NegInstance *instance)
{
  Place place;

  return read_place (instance, &place) ? place.patient : ABUSE_N_PATIENTS;
}

static guint16
get_code (const Place *place, guint32 frame)
{
  return place->patient << 14 | (place->study * N_SERIES + place->series) << 10 | (place->image + frame);
}

guint16
abuse_study_get_code (const NegInstance *instance, guint32 frame)
{
  Place place = { 0 };

  read_place (instance, &place);
  return get_code (&place, frame);
}

/* No two series have images of one size. */
static guint
get_side (const Place *place)
{
  return 48 + 4 * ((place->patient * N_STUDIES + place->study) * N_SERIES + place->series);
}

static void
add_pixels (NegDicomWriter *writer, const Place *place)
{
  guint side = get_side (place), n = side * side, frames = n_frames[place->series];
  g_autofree guint16 *values = g_new (guint16, (gsize) n * frames);

  for (guint frame = 0; frame < frames; frame++)
    for (guint i = 0; i < n; i++)
      values[frame * n + i] = GUINT16_TO_LE (i == 0 ? get_code (place, frame) : (i * 7 + place->image * 50) % 1000);
  neg_dicom_writer_u16 (writer, 0x00280010, side);
  neg_dicom_writer_u16 (writer, 0x00280011, side);
  neg_dicom_writer_pixels (writer, 16, values, sizeof *values * n * frames);
}

static void
add_identity (NegDicomWriter *writer, const Place *place)
{
  g_autofree char *name = g_strdup_printf ("%s^%s", names[place->patient], given[place->patient]);
  g_autofree char *id = g_strdup_printf ("A-%u", place->patient);
  g_autofree char *study_uid = g_strdup_printf (UID_ROOT ".%u.%u", place->patient, place->study);
  g_autofree char *series_uid = g_strdup_printf ("%s.%u", study_uid, place->series);
  g_autofree char *frame_of_reference_uid = g_strdup_printf ("%s.9", study_uid);
  g_autofree char *study = g_strdup_printf ("Study of %s", names[place->patient]);
  g_autofree char *series = g_strdup_printf ("Ramp of %s", names[place->patient]);

  neg_dicom_writer_text (writer, 0x00100010, "PN", name);
  neg_dicom_writer_text (writer, 0x00100020, "LO", id);
  neg_dicom_writer_text (writer, 0x0020000d, "UI", study_uid);
  neg_dicom_writer_text (writer, 0x0020000e, "UI", series_uid);
  neg_dicom_writer_text (writer, 0x00200052, "UI", frame_of_reference_uid);
  neg_dicom_writer_text (writer, 0x00080020, "DA", place->study == 0 ? "20240912" : "20220301");
  neg_dicom_writer_text (writer, 0x00081030, "LO", study);
  neg_dicom_writer_text (writer, 0x0008103e, "LO", series);
  neg_dicom_writer_text (writer, 0x00080060, "CS", place->series == LAID_OVER ? "PT" : "CT");
  neg_dicom_writer_integer (writer, 0x00200011, place->series + 1);
  neg_dicom_writer_integer (writer, 0x00200013, place->image + 1);
}

static void
add_image (NegDicomWriter *writer, const Place *place)
{
  neg_dicom_writer_decimals (writer, 0x00200032, (const double[]){ 0, 0, 2.5 * place->image }, 3);
  neg_dicom_writer_decimals (writer, 0x00200037, (const double[]){ 1, 0, 0, 0, 1, 0 }, 6);
  neg_dicom_writer_decimals (writer, 0x00280030, (const double[]){ 1, 1 }, 2);
  neg_dicom_writer_decimals (writer, 0x00281050, (const double[]){ 500, 600 }, 2);
  neg_dicom_writer_decimals (writer, 0x00281051, (const double[]){ 1000, 100 }, 2);
  neg_dicom_writer_u16 (writer, 0x00280002, 1);
  neg_dicom_writer_text (writer, 0x00280004, "CS", "MONOCHROME2");
  neg_dicom_writer_integer (writer, 0x00280008, n_frames[place->series]);
  neg_dicom_writer_u16 (writer, 0x00280100, 16);
  neg_dicom_writer_u16 (writer, 0x00280101, 16);
  neg_dicom_writer_u16 (writer, 0x00280102, 15);
  neg_dicom_writer_u16 (writer, 0x00280103, 0);
}

static const char *
get_class (const Place *place)
{
  if (n_frames[place->series] > 1)
    return "1.2.840.10008.5.1.4.1.1.7.3";
  return place->series == LAID_OVER ? "1.2.840.10008.5.1.4.1.1.128" : "1.2.840.10008.5.1.4.1.1.2";
}

static void
write_object (const char *folder, const Place *place)
{
  g_autoptr (NegDicomWriter) writer = neg_dicom_writer_new ();
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *uid
      = g_strdup_printf (UID_ROOT ".%u.%u.%u.%u", place->patient, place->study, place->series, place->image);
  g_autofree char *path = g_strdup_printf ("%s/%u/%u-%u-%03u.dcm", folder, place->patient, place->study,
                                           place->series, place->image * 13 % n_images[place->series]);

  add_identity (writer, place);
  add_image (writer, place);
  add_pixels (writer, place);
  bytes = neg_dicom_writer_finish (writer, get_class (place), uid, NEG_DICOM_EXPLICIT_LITTLE, &error);
  g_assert_no_error (error);
  if (place->series == 0 && place->image % CUT_EVERY == 2)
    g_byte_array_set_size (bytes, bytes->len - 500);
  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
}

void
abuse_study_write (const char *folder)
{
  Place place;

  for (place.patient = 0; place.patient < ABUSE_N_PATIENTS; place.patient++) {
    g_autofree char *own = g_strdup_printf ("%s/%u", folder, place.patient);

    g_assert_cmpint (g_mkdir_with_parents (own, 0700), ==, 0);
    for (place.study = 0; place.study < N_STUDIES; place.study++)
      for (place.series = 0; place.series < N_SERIES; place.series++)
        for (place.image = 0; place.image < n_images[place.series]; place.image++)
          write_object (folder, &place);
  }
}
