#include "config.h"

#include "ui/neg-words.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"

static const char *const sentences[NEG_ERROR_N_CODES] = {
  [NEG_ERROR_UNREADABLE] = N_ ("It cannot be read, or is no DICOM object."),
  [NEG_ERROR_TRUNCATED] = N_ ("It ends before what it announces: a part is missing."),
  [NEG_ERROR_NESTING] = N_ ("Its sequences are nested deeper than any real object needs."),
  [NEG_ERROR_SIZE_OVERFLOW] = N_ ("It announces a size beyond the limits."),
  [NEG_ERROR_INCONSISTENT] = N_ ("It contradicts itself, so no picture can be trusted."),
  [NEG_ERROR_UNSUPPORTED] = N_ ("It is of a kind that this program does not show."),
  [NEG_ERROR_ENGINE_DIED] = N_ ("Decoding it ended the decoder, which was replaced."),
  [NEG_ERROR_TIMEOUT] = N_ ("Decoding it took too long and was stopped."),
  [NEG_ERROR_MEMORY] = N_ ("There is not enough memory for it."),
  [NEG_ERROR_DISK_FULL] = N_ ("The disk is full."),
  [NEG_ERROR_NOT_FOUND] = N_ ("It was not found."),
  [NEG_ERROR_REFUSED] = N_ ("It was refused."),
  [NEG_ERROR_ABORTED] = N_ ("It was broken off."),
  [NEG_ERROR_TLS] = N_ ("The connection could not be secured."),
  [NEG_ERROR_AUTH] = N_ ("Access was denied."),
  [NEG_ERROR_PROTOCOL] = N_ ("The decoder gave an answer that makes no sense, and was replaced."),
  [NEG_ERROR_CANCELLED] = N_ ("It was cancelled."),
  [NEG_ERROR_BUSY] = N_ ("It is in use."),
  [NEG_ERROR_CONFLICT] = N_ ("Something else has changed it meanwhile."),
  [NEG_ERROR_USAGE] = N_ ("The program asked for something that cannot be."),
};

static const char *const advices[NEG_ERROR_N_CODES] = {
  [NEG_ERROR_UNREADABLE] = N_ ("Check that the file can be opened and is a DICOM object."),
  [NEG_ERROR_TRUNCATED] = N_ ("Copy or send it again from where it came."),
  [NEG_ERROR_INCONSISTENT] = N_ ("Ask for it again from where it came."),
  [NEG_ERROR_ENGINE_DIED] = N_ ("Open the file again to try once more."),
  [NEG_ERROR_TIMEOUT] = N_ ("Open the file again to try once more."),
  [NEG_ERROR_MEMORY] = N_ ("Close other programs, then open the file again."),
  [NEG_ERROR_NOT_FOUND] = N_ ("Check that the disk or share is still there."),
};

static NegErrorCode
code_of (const GError *error)
{
  for (guint code = 0; code < NEG_ERROR_N_CODES; code++)
    if (g_str_equal (neg_error_code_get_name (code), neg_error_get_name (error)))
      return code;
  return NEG_ERROR_UNREADABLE;
}

const char *
neg_words_for_error (const GError *error)
{
  return _ (sentences[code_of (error)]);
}

const char *
neg_words_for_advice (const GError *error)
{
  const char *advice = advices[code_of (error)];

  return advice != NULL ? _ (advice) : NULL;
}
