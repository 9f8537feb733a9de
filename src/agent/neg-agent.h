/* The agent program: composes listener, jobs, operations, archive and bus. One per home. src/agent/DESIGN.md. */
#pragma once

#include "agent/neg-expected.h"
#include "model/neg-site.h"
#include "store/neg-audit.h"
#include "store/neg-entries.h"
#include "store/neg-jobs.h"
#include "wire/neg-engine-pool.h"
#include "wire/neg-net-session.h"

G_BEGIN_DECLS

/* What everything in the agent works with. Set up once in neg-agent-main.c; the fields do not change but for @site. */
typedef struct _NegAgent NegAgent;

NegArchive *neg_agent_get_archive (NegAgent *agent);     /* borrowed, any thread */
NegNetEngines *neg_agent_get_engines (NegAgent *agent);  /* borrowed, any thread */
NegEnginePool *neg_agent_get_pool (NegAgent *agent);     /* for reading files; made when first needed; any thread */
NegExpected *neg_agent_get_expected (NegAgent *agent);   /* borrowed, any thread */
NegSite *neg_agent_dup_site (NegAgent *agent);           /* the one that holds now; any thread */
NegDatabase *neg_agent_open_reader (NegAgent *agent, GError **error); /* a connection of the caller's own */
const char *neg_agent_get_data_folder (NegAgent *agent);
const char *neg_agent_get_cache_folder (NegAgent *agent);

/* Studies whose entries or objects are different now (NULL or "": anything): viewers are told, ten times a second at
 * most. Any thread. */
void neg_agent_announce (NegAgent *agent, const char *study_uid);
/* A link of patients may have come or gone: what of it was too much at once is done (neg_patients_follow). Any thread. */
void neg_agent_follow_patients (NegAgent *agent);

G_END_DECLS
