import type { DashboardView } from "../dashboard-view.ts";
import { requireMethods } from "./require-methods.ts";

/** Checks that the view has its methods. The screen checks what they return. */
export function checkedView(view: DashboardView, who: string): DashboardView {
  requireMethods(who, view, { required: ["reduce", "draw"] });
  return view;
}
