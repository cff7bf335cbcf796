import { definePlugin, type Schedule, SCHEDULES } from "@benn/core";

/** The learning rate falls to 0 in a straight line. */
export const mySchedule: Schedule = {
  rate: ({ learningRate, epoch, epochs, step, steps }) => learningRate * (1 - (epoch + step / steps) / epochs),
};

export default definePlugin({
  name: "my-schedule",
  register(container) {
    container.resolve(SCHEDULES).add("my-schedule", { description: "down to 0 in a straight line", create: () => mySchedule });
  },
});
