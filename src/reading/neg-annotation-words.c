/* How the numbers of an annotation read: on the image, in a clipboard, in a table. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-captions.h"

#define MINUS "\u2212"

const char *
neg_annotation_kind_get_title (NegAnnotationKind kind)
{
  static const char *const titles[NEG_ANNOTATION_N_KINDS] = {
    [NEG_ANNOTATION_LENGTH] = N_ ("Length"),       [NEG_ANNOTATION_ANGLE] = N_ ("Angle"),
    [NEG_ANNOTATION_COBB] = N_ ("Cobb angle"),     [NEG_ANNOTATION_ELLIPSE] = N_ ("Ellipse"),
    [NEG_ANNOTATION_RECTANGLE] = N_ ("Rectangle"), [NEG_ANNOTATION_FREEHAND] = N_ ("Freehand area"),
    [NEG_ANNOTATION_ARROW] = N_ ("Arrow"),         [NEG_ANNOTATION_PROBE] = N_ ("Probe"),
    [NEG_ANNOTATION_KEY] = N_ ("Key image"),
  };

  return _ (titles[kind]);
}

const char *
neg_quantity_get_title (NegQuantity quantity)
{
  static const char *const titles[NEG_QUANTITY_N] = {
    [NEG_QUANTITY_LENGTH] = N_ ("Length"), [NEG_QUANTITY_ANGLE] = N_ ("Angle"), [NEG_QUANTITY_AREA] = N_ ("Area"),
    [NEG_QUANTITY_MEAN] = N_ ("Mean"),     [NEG_QUANTITY_SD] = N_ ("SD"),       [NEG_QUANTITY_MINIMUM] = N_ ("Min"),
    [NEG_QUANTITY_MAXIMUM] = N_ ("Max"),   [NEG_QUANTITY_VALUE] = N_ ("Value"),
  };

  return _ (titles[quantity]);
}

/* --- Numbers --- */

/* Square pixels of an area are written by the quantity, the unit alone cannot tell. */
static const char *
get_unit_words (const NegAnnotationValue *value)
{
  static const struct {
    const char *ucum, *words;
  } units[] = { { "mm2", "mm²" },   { "deg", "°" },        { "[hnsf'U]", "HU" }, { "1", "" }, { "g/ml", "SUVbw" },
                { "{counts}", "" }, { "{pixels}", "px" } };

  if (strcmp (value->unit, NEG_UNIT_SUV_ASSUMED) == 0)
    return _ ("SUVbw (time assumed)");
  if (value->quantity == NEG_QUANTITY_AREA && strcmp (value->unit, "{pixels}") == 0)
    return "px²";
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (value->unit, units[i].ucum) == 0)
      return units[i].words;
  return value->unit;
}

/* As many digits as an image can bear: a tenth from ten on, hundredths below; means of small numbers keep three digits. */
static guint
get_decimals (const NegAnnotationValue *value)
{
  double size = fabs (value->value);

  switch (value->quantity) {
  case NEG_QUANTITY_ANGLE:
    return 1;
  case NEG_QUANTITY_LENGTH:
  case NEG_QUANTITY_AREA:
    return size >= 1000 ? 0 : size >= 10 ? 1 : 2;
  default:
    if (size >= 1e6 || (size >= 100 && size == round (size)))
      return 0;
    if (size >= 10)
      return 1;
    if (size >= 0.01 || size == 0)
      return strcmp (value->unit, "[hnsf'U]") == 0 ? 1 : 2;
    return (guint) MIN (2 - floor (log10 (size)), 12);
  }
}

/* printf() writes the locale's decimal sign; the minus is as long as a digit. */
static char *
dup_number (double number, guint decimals)
{
  g_autofree char *text = g_strdup_printf ("%.*f", (int) decimals, number);

  if (*text != '-')
    return g_steal_pointer (&text);
  /* Nothing is less than zero by rounding. */
  return strspn (text + 1, "0.,") == strlen (text + 1) ? g_strdup (text + 1) : g_strconcat (MINUS, text + 1, NULL);
}

char *
neg_annotation_value_dup_text (const NegAnnotationValue *value)
{
  const char *unit = get_unit_words (value);
  g_autofree char *number = fabs (value->value) < 1e15 ? dup_number (value->value, get_decimals (value))
                                                       : g_strdup_printf ("%.3g", value->value);

  return g_strconcat (number, *unit == '\0' || strcmp (unit, "°") == 0 ? "" : " ", unit, NULL);
}

/* --- Lines --- */

static NegCalibration
find_calibration (const NegAnnotation *annotation)
{
  for (guint i = 0; i <= NEG_CALIBRATION_REGION; i++)
    if (g_strcmp0 (annotation->calibration, neg_calibration_get_name (i)) == 0)
      return i;
  return NEG_CALIBRATION_NONE;
}

/* " at the detector", for what is measured in millimetres; given. */
static char *
dup_origin (const NegAnnotation *annotation, const NegAnnotationValue *value)
{
  const char *words = neg_caption_get_calibration (find_calibration (annotation));

  if (words == NULL || (strcmp (value->unit, "mm") != 0 && strcmp (value->unit, "mm2") != 0))
    return g_strdup ("");
  return g_strconcat (" ", words, NULL);
}

/* Estimated Radiographic Magnification (0018,1114) is by guess of where the object was: offered below the length at the
 * detector, never in its place. */
static void
append_object_length (GString *lines, const NegAnnotation *annotation, const NegAnnotationValue *value,
                      const NegInstance *instance)
{
  double magnification = instance != NULL ? instance->magnification : NAN;
  NegAnnotationValue in_object = *value;
  g_autofree char *number = NULL;

  if (value->quantity != NEG_QUANTITY_LENGTH || find_calibration (annotation) != NEG_CALIBRATION_DETECTOR
      || !(magnification > 0) || !isfinite (magnification))
    return;
  in_object.value /= magnification;
  number = neg_annotation_value_dup_text (&in_object);
  g_string_append_c (lines, '\n');
  g_string_append_printf (lines, _ ("%s in the object, estimated magnification %.3g"), number, magnification);
}

static void
append_value (GString *lines, const NegAnnotation *annotation, const NegAnnotationValue *value)
{
  g_autofree char *number = neg_annotation_value_dup_text (value), *origin = dup_origin (annotation, value);
  gboolean is_alone = value->quantity == NEG_QUANTITY_LENGTH || value->quantity == NEG_QUANTITY_ANGLE
                      || value->quantity == NEG_QUANTITY_VALUE;
  gboolean goes_on = value->quantity == NEG_QUANTITY_SD || value->quantity == NEG_QUANTITY_MAXIMUM;

  if (lines->len > 0)
    g_string_append (lines, goes_on ? "  " : "\n");
  if (!is_alone)
    g_string_append_printf (lines, "%s ", neg_quantity_get_title (value->quantity));
  g_string_append_printf (lines, "%s%s", number, origin);
}

char *
neg_annotation_dup_lines (const NegAnnotation *annotation, const NegInstance *instance)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < annotation->n_values; i++) {
    append_value (lines, annotation, &annotation->values[i]);
    append_object_length (lines, annotation, &annotation->values[i], instance);
  }
  return g_string_free (lines, FALSE);
}

/* --- Copies --- */

/* "series 3, image 12, frame 2": what the file counts; given. */
static char *
dup_place (const NegAnnotation *annotation, const NegInstance *instance)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *series = NULL, *image = NULL, *frame = g_strdup_printf (_ ("frame %u"), annotation->frame);
  g_auto (GStrv) parts = NULL;

  if (instance != NULL && instance->has_series_number) {
    series = g_strdup_printf (_ ("series %d"), instance->series_number);
    g_strv_builder_add (builder, series);
  }
  if (instance != NULL && instance->has_instance_number) {
    image = g_strdup_printf (_ ("image %d"), instance->instance_number);
    g_strv_builder_add (builder, image);
  }
  if (instance == NULL || instance->frames > 1)
    g_strv_builder_add (builder, frame);
  parts = g_strv_builder_end (builder);
  return g_strjoinv (", ", parts);
}

char *
neg_annotation_dup_copy (const NegAnnotation *annotation, const NegInstance *instance)
{
  g_autofree char *place = dup_place (annotation, instance), *words = neg_text_dup_shown (NEG_TEXT_PROSE, annotation->text);
  GString *copy = g_string_new (neg_annotation_kind_get_title (annotation->kind));

  if (*place != '\0')
    g_string_append_printf (copy, " (%s)", place);
  if (*words != '\0')
    g_string_append_printf (copy, ": %s", words);
  for (guint i = 0; i < annotation->n_values; i++) {
    const NegAnnotationValue *value = &annotation->values[i];
    g_autofree char *number = neg_annotation_value_dup_text (value), *origin = dup_origin (annotation, value);

    g_string_append_printf (copy, "\n%s: %s%s", neg_quantity_get_title (value->quantity), number, origin);
    append_object_length (copy, annotation, value, instance);
  }
  return g_string_free (copy, FALSE);
}

/* --- A table --- */

static void
append_field (GString *line, const char *text, gboolean is_first)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "\"", -1);
  g_autofree char *quoted = g_strjoinv ("\"\"", parts);
  gboolean is_formula = *quoted != '\0' && strchr ("=+-@\t\r", *quoted) != NULL;

  g_string_append_printf (line, "%s\"%s%s\"", is_first ? "" : ",", is_formula ? "'" : "", quoted);
}

static void
append_numbers (GString *line, const NegAnnotation *annotation, const NegInstance *instance)
{
  if (instance != NULL && instance->has_series_number)
    g_string_append_printf (line, ",%d", instance->series_number);
  else
    g_string_append_c (line, ',');
  if (instance != NULL && instance->has_instance_number)
    g_string_append_printf (line, ",%d", instance->instance_number);
  else
    g_string_append_c (line, ',');
  g_string_append_printf (line, ",%u", annotation->frame);
}

char *
neg_annotation_dup_csv_header (void)
{
  return g_strdup ("kind,quantity,value,unit,length_from,series,image,frame,text,image_uid,uid\r\n");
}

static void
append_row (GString *table, const NegAnnotation *annotation, const NegInstance *instance,
            const NegAnnotationValue *value)
{
  static const char *const names[NEG_QUANTITY_N] = { "length", "angle", "area", "mean", "sd", "minimum", "maximum",
                                                     "value" };
  char number[G_ASCII_DTOSTR_BUF_SIZE] = "";

  if (value != NULL)
    g_ascii_formatd (number, sizeof number, "%.10g", value->value);
  append_field (table, neg_annotation_kind_get_name (annotation->kind), TRUE);
  append_field (table, value != NULL ? names[value->quantity] : "", FALSE);
  g_string_append_printf (table, ",%s", number);
  append_field (table, value != NULL ? value->unit : "", FALSE);
  append_field (table, annotation->calibration, FALSE);
  append_numbers (table, annotation, instance);
  append_field (table, annotation->text, FALSE);
  append_field (table, annotation->sop_instance_uid, FALSE);
  append_field (table, annotation->uid, FALSE);
  g_string_append (table, "\r\n");
}

char *
neg_annotation_dup_csv (const NegAnnotation *annotation, const NegInstance *instance)
{
  GString *table = g_string_new (NULL);

  for (guint i = 0; i < annotation->n_values; i++)
    append_row (table, annotation, instance, &annotation->values[i]);
  if (annotation->n_values == 0)
    append_row (table, annotation, instance, NULL);
  return g_string_free (table, FALSE);
}
