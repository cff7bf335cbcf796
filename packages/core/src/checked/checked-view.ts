import type { DashboardView } from "../dashboard-view.ts";
import { requireMethods } from "./require-methods.ts";

/** Checks its methods; what they return is the screen's to judge. */
export function checkedView(view: DashboardView, who: string): DashboardView {
  requireMethods(who, view, { required: ["reduce", "draw"] });
  return view;
}
