#include "config.h"

#include "map-message.h"

#include <string.h>

#include "said-dump.h"

static NegHl7Message *
parse (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  NegHl7Message *message = neg_hl7_message_parse (bytes, &error);

  g_assert_no_error (error);
  return message;
}

NegHl7MapSettings
map_settings (void)
{
  NegHl7MapSettings settings = { "HOSP", "P", "", g_time_zone_new_identifier ("Europe/Vienna") };

  g_assert_nonnull (settings.timezone);
  return settings;
}

GPtrArray *
map_message (const char *text, const NegHl7MapSettings *settings)
{
  g_autoptr (NegHl7Message) message = parse (text);
  NegHl7Refusal refusal;
  GPtrArray *said = neg_hl7_map (message, settings, &refusal);

  if (said == NULL)
    g_test_message ("%s-%u: %s", refusal.segment, refusal.field, refusal.text);
  g_assert_nonnull (said);
  g_assert_cmpint (refusal.condition, ==, NEG_HL7_ACCEPTED);
  return said;
}

void
map_check (const char *text, const char *expected)
{
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (text, &settings);
  g_autofree char *dump = said_dump (said);

  g_assert_cmpstr (dump, ==, expected);
  g_time_zone_unref (settings.timezone);
}

NegHl7Refusal
map_refused (const char *text, const NegHl7MapSettings *settings)
{
  g_autoptr (NegHl7Message) message = parse (text);
  NegHl7Refusal refusal = { 0 };
  g_autoptr (GPtrArray) said = neg_hl7_map (message, settings, &refusal);

  g_assert_null (said);
  g_assert_cmpint (refusal.condition, !=, NEG_HL7_ACCEPTED);
  g_assert_nonnull (refusal.segment);
  g_assert_nonnull (refusal.text);
  return refusal;
}
