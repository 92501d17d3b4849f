export interface Section {
  name: string;
  start: number;
  end: number;
  library: string | undefined;
  object: string;
}

export function codeOf(map: string): Section[];
export function sectionAt(sections: Section[], address: number): Section | undefined;
export function patternOf(section: Section): string;
