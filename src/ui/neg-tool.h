/* What the left button of the mouse does in a viewport. */
#pragma once

typedef enum {
  NEG_TOOL_WINDOW,
  NEG_TOOL_SCROLL,
  NEG_TOOL_PAN,
  NEG_TOOL_ZOOM,
  NEG_TOOL_MAGNIFIER,
  NEG_TOOL_CROSSHAIR, /* the same point everywhere */
  NEG_N_TOOLS,
} NegTool;
