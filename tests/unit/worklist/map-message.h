/* From the text of a message to what it says, with the settings of a site in Vienna. */
#pragma once

#include "worklist/neg-hl7-map.h"

#define MSH(type) "MSH|^~\\&|RIS|HOSP|NEG|RAD|20260105120000||" type "|1|P|2.5.1\r"

/* Settings: default issuer "HOSP", P, no primary authority, Europe/Vienna. Free the zone. */
NegHl7MapSettings map_settings (void);

/* The message must be taken. Given. */
GPtrArray *map_message (const char *text, const NegHl7MapSettings *settings);
/* And says this (said_dump). */
void map_check (const char *text, const char *expected);
/* The message must be refused. */
NegHl7Refusal map_refused (const char *text, const NegHl7MapSettings *settings);
