import { scheduleKeys } from '../schedules/schedule-rows.ts';
import { propertiesOf } from './listed.ts';
import { object } from './schema.ts';

export const schedule = object('schedule', 'A command that drover runs by itself.', propertiesOf(scheduleKeys));
