/* What was watched as statements of the xAPI Video Profile 1.0.3 (https://w3id.org/xapi/video), a line of JSON each: for learning systems
 * that a site has. Per sitting: initialized, played, paused and seeked as it went, completed once when nine tenths are reached, terminated.
 * Statements have the same ids whenever they are made, so that a store takes each once. Nothing of a patient. Thread: any. */
#pragma once

#include "learning/neg-progress-line.h"

G_BEGIN_DECLS

/* @lines in order: of one person and video progress goes on from sitting to sitting. @home_page: whose accounts the persons are. Lines
 * of practices are left out. Given. */
char *neg_xapi_dup_lines (GPtrArray *lines, const char *home_page);

G_END_DECLS
