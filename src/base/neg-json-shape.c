#include "config.h"

#include "base/neg-json-shape.h"

#include <string.h>

#include "base/neg-error.h"

#define SPACE " \t\r\n"
/* Of numbers, true, false and null (RFC 8259, 3 and 6), and what stands between values. */
#define PLAIN "+-.0123456789Eaeflnrstu:,"

typedef struct {
  const NegJsonLimits *limits;
  guint line, depth, n_values, n_objects;
  gboolean is_over;
} Shape;

static gboolean
fail_json (const Shape *shape, GError **error)
{
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "it is not JSON (line %u)", shape->line);
}

static gboolean
open_value (Shape *shape, char bracket, GError **error)
{
  if (++shape->depth > shape->limits->depth_max)
    return neg_fail (error, NEG_ERROR_NESTING, NULL, "it is nested more than %u deep", shape->limits->depth_max);
  shape->n_values++;
  shape->n_objects += bracket == '{' ? 1 : 0;
  return TRUE;
}

/* A character outside of strings. */
static gboolean
take (Shape *shape, char c, GError **error)
{
  if (c == '\n')
    shape->line++;
  if (strchr (SPACE, c) != NULL)
    return TRUE;
  if (shape->is_over)
    return fail_json (shape, error);
  if (c == '{' || c == '[')
    return open_value (shape, c, error);
  if (shape->depth == 0)
    return fail_json (shape, error);
  if (c == '}' || c == ']')
    shape->is_over = --shape->depth == 0;
  else if (c == ',')
    shape->n_values++;
  else if (c != '"' && strchr (PLAIN, c) == NULL)
    return fail_json (shape, error);
  return TRUE;
}

static gboolean
check_numbers (const Shape *shape, GError **error)
{
  const NegJsonLimits *limits = shape->limits;

  if (shape->n_values > limits->values_max || (limits->objects_max > 0 && shape->n_objects > limits->objects_max))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "it has more than %u values",
                     shape->n_values > limits->values_max ? limits->values_max : limits->objects_max);
  return TRUE;
}

/* Behind the string that begins at @i. */
static gsize
skip_string (const char *text, gsize length, gsize i)
{
  for (i++; i < length && text[i] != '"'; i++)
    if (text[i] == '\\')
      i++;
  return MIN (i, length);
}

gboolean
neg_json_check_shape (const char *text, gsize length, const NegJsonLimits *limits, GError **error)
{
  Shape shape = { .limits = limits, .line = 1 };

  if (!g_utf8_validate_len (text, length, NULL)) /* NUL bytes are none either */
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "it is not text in UTF-8");
  for (gsize i = 0; i < length; i++) {
    if (!take (&shape, text[i], error) || !check_numbers (&shape, error))
      return FALSE;
    if (text[i] == '"')
      i = skip_string (text, length, i);
  }
  return shape.is_over || fail_json (&shape, error);
}
